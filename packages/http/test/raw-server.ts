import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One request, as it came over the wire. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Counted from 1 on its connection. */
  readonly number: number;
}

export interface RawConnection {
  readonly socket: Socket;
  /** Counted from 1. */
  readonly number: number;
  readonly requests: RawRequest[];
}

/** What to write, or undefined when the script writes itself, or nothing. */
export type Script = (request: RawRequest, connection: RawConnection) => string | Buffer | undefined;

/** A server that says exactly what its script says, byte for byte, valid or not. */
export class RawServer {
  readonly connections: RawConnection[] = [];
  readonly url: string;
  readonly port: number;
  readonly stop: () => void;

  constructor(port: number, stop: () => void) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.stop = stop;
  }

  get requests(): readonly RawRequest[] {
    return this.connections.flatMap(({ requests }) => requests);
  }

  get paths(): readonly string[] {
    return this.requests.map(({ path }) => path);
  }
}

/** Stopped when the test is finished. `onConnect` is told of each connection before its first request. */
export async function rawServer(script: Script, onConnect?: (connection: RawConnection) => void): Promise<RawServer> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const raw = new RawServer((server.address() as AddressInfo).port, () => {
    server.close();
    for (const { socket } of raw.connections) socket.destroy();
  });
  server.on('connection', (socket) => {
    const connection: RawConnection = { socket, number: raw.connections.length + 1, requests: [] };
    raw.connections.push(connection);
    let heard = '';
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.setEncoding('latin1').on('data', (text: string) => {
      heard += text;
      for (let message = takeRequest(heard); message !== undefined; message = takeRequest(heard)) {
        heard = message.rest;
        const request: RawRequest = { ...message.request, number: connection.requests.length + 1 };
        connection.requests.push(request);
        const answer = script(request, connection);
        if (answer !== undefined && !socket.destroyed) socket.write(answer);
      }
    });
    onConnect?.(connection);
  });
  onTestFinished(raw.stop);
  return raw;
}

function takeRequest(text: string): { readonly request: Omit<RawRequest, 'number'>; readonly rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = Object.fromEntries(
    lines.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    }),
  );
  const after = text.slice(end + 4);
  if (headers['transfer-encoding'] === 'chunked') {
    const last = after.indexOf('0\r\n\r\n');
    if (last < 0) return undefined;
    const body = after.slice(0, last).replaceAll(/[0-9a-f]+\r\n(.*?)\r\n/gs, '$1');
    return { request: { method, path, headers, body }, rest: after.slice(last + 5) };
  }
  const length = Number(headers['content-length'] ?? 0);
  if (after.length < length) return undefined;
  return { request: { method, path, headers, body: after.slice(0, length) }, rest: after.slice(length) };
}

/** A complete response with a body of known length. */
export function ok(body: string, ...headers: string[]): string {
  return ['HTTP/1.1 200 OK', `Content-Length: ${body.length}`, ...headers, '', body].join('\r\n');
}
