import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSocksServer, defaultConnectionHandler } from '@pondwader/socks5-server';
import { createProxy } from 'proxy';
import { onTestFinished } from 'vitest';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A proxy of this process, stopped when the test is finished. */
export interface TestProxy {
  /** With the login in it. */
  readonly url: string;
  readonly port: number;
  /** `host:port` of every tunnel that was asked for and granted. */
  readonly tunnels: string[];
  readonly sockets: Set<Socket>;
}

/** An HTTP proxy from npm. */
export async function httpProxy(login?: Login): Promise<TestProxy> {
  const server = createProxy(createHttpServer());
  const tunnels: string[] = [];
  server.authenticate = (request) => {
    const wanted = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const isWelcome = wanted === undefined || request.headers['proxy-authorization'] === wanted;
    if (isWelcome && request.method === 'CONNECT') tunnels.push(String(request.url));
    return isWelcome;
  };
  return listening(server, 'http', tunnels, login);
}

/** A SOCKS 5 proxy from npm. */
export async function socks5Proxy(login?: Login): Promise<TestProxy> {
  const tunnels: string[] = [];
  const socks = createSocksServer(login === undefined ? {} : { auth: login });
  socks.setConnectionHandler((connection, sendStatus) => {
    tunnels.push(`${connection.destAddress}:${connection.destPort}`);
    const target = defaultConnectionHandler(connection, sendStatus);
    connection.socket.on('close', () => target?.destroy());
  });
  const server = createServer((socket) => void socks._handleConnection(socket));
  return listening(server, 'socks5', tunnels, login);
}

/** SOCKS 4a, by hand: https://www.openssh.com/txt/socks4a.protocol */
export async function socks4aProxy(): Promise<TestProxy> {
  const tunnels: string[] = [];
  const server = createServer((socket) => {
    socket.once('data', (request) => {
      const port = request.readUInt16BE(2);
      const isName = request.readUInt32BE(4) === 1;
      const [, name = ''] = request.toString('latin1', 8).split('\0');
      const host = isName ? name : [...request.subarray(4, 8)].join('.');
      tunnels.push(`${host}:${port}`);
      const target = connect({ host: isName ? '127.0.0.1' : host, port }, () => {
        socket.write(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]));
        socket.pipe(target).pipe(socket);
      });
      target.on('error', () => socket.destroy());
      socket.on('close', () => target.destroy());
    });
  });
  return listening(server, 'socks4a', tunnels);
}

/** One that says what its script says when it has heard something. */
export async function scriptedProxy(protocol: string, script: (socket: Socket, heard: Buffer) => void): Promise<TestProxy> {
  const server = createServer((socket) => socket.on('data', (heard) => script(socket, heard)));
  return listening(server, protocol, []);
}

async function listening(server: Server, protocol: string, tunnels: string[], login?: Login): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  const user = login === undefined ? '' : `${encodeURIComponent(login.username)}:${encodeURIComponent(login.password)}@`;
  return { url: `${protocol}://${user}127.0.0.1:${port}`, port, tunnels, sockets };
}
