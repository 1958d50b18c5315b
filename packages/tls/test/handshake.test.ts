import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { connectTcp } from '@pool/net';
import { eventually, freePort, socketPair, testCertificates } from '@pool/testkit';
import { TlsHandshakeError, tlsInfo } from '@pool/tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { clientOf, failure, never } from './open.ts';
import { secureServer } from './secure-server.ts';

/** A port where a script, not TLS, is spoken. */
async function scripted(script: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    script(socket);
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return port;
}

function listeners(socket: Duplex): Record<string, number> {
  return Object.fromEntries(socket.eventNames().map((event) => [String(event), socket.listenerCount(event)]));
}

/** Two ends in one process, without a handle of the system. */
function duplexPair(): [Duplex, Duplex] {
  const make = (other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        other().push(chunk);
        done();
      },
      final(done) {
        other().push(null);
        done();
      },
    });
  const near: Duplex = make(() => far);
  const far: Duplex = make(() => near);
  return [near, far];
}

test.each<[string, (socket: Socket) => void, RegExp]>([
  [
    'answers in the clear',
    (socket) => socket.once('data', () => socket.write('500 what?\r\n')),
    /failed: .*\(ERR_SSL_WRONG_VERSION_NUMBER\)\. The peer does not answer in TLS.*STARTTLS/,
  ],
  ['greets in the clear', (socket) => socket.write('220 hello\r\n'), /The peer does not answer in TLS/],
  [
    'closes without a word',
    (socket) => socket.end(),
    /disconnected before secure TLS connection.*\(ECONNRESET\)\. The peer closed it/,
  ],
  ['closes when it has heard the first words', (socket) => socket.once('data', () => socket.end()), /ECONNRESET/],
  ['resets', (socket) => socket.once('data', () => socket.resetAndDestroy()), /ECONNRESET/],
  [
    'says no by an alert',
    (socket) => socket.once('data', () => socket.write(Buffer.from('15030300020228', 'hex'))),
    /No cipher in common/,
  ],
])('a peer that %s fails the handshake with an error that says so', async (_what, script, message) => {
  const port = await scripted(script);
  const error = await failure((await clientOf({ port })).connect(never));
  expect(error).toBeInstanceOf(TlsHandshakeError);
  expect(error).toMatchObject({ code: 'TLS_HANDSHAKE', cause: expect.any(Error) });
  expect(error.message).toMatch(new RegExp(`the TLS handshake with localhost:${port} failed`));
  expect(error.message).toMatch(message);
});

test('a peer that is silent is given up when the signal aborts, with its reason; nothing stays open', async () => {
  let silent: Socket | undefined;
  const port = await scripted((socket) => {
    silent = socket;
    socket.resume();
  });
  const controller = new AbortController();
  const opening = failure((await clientOf({ port })).connect(controller));
  await eventually(() => silent !== undefined && silent.bytesRead > 0);
  const reason = new Error('too slow');
  controller.abort(reason);
  expect(await opening).toBe(reason);
  await eventually(() => silent?.destroyed);
});

test('a peer that answers byte by byte is given up, too', async () => {
  const hello = Buffer.concat([Buffer.from('160303400002003ffc0303', 'hex'), Buffer.alloc(16_000)]);
  let sent = 0;
  const port = await scripted((socket) => {
    const drip = (): void => {
      if (!socket.writable) return;
      socket.write(hello.subarray(sent, sent + 1));
      sent += 1;
      setImmediate(drip);
    };
    socket.once('data', drip);
  });
  const controller = new AbortController();
  const opening = failure((await clientOf({ port })).connect(controller));
  await eventually(() => sent > 100);
  controller.abort('enough');
  expect(await opening).toBe('enough');
});

test('with a signal that was aborted before nothing is opened, and what was given is destroyed', async () => {
  const server = await secureServer();
  const client = await clientOf({ port: server.port });
  const aborted = { signal: AbortSignal.abort('why') };
  await expect(client.connect(aborted)).rejects.toBe('why');
  const { near, close } = await socketPair();
  onTestFinished(close);
  await expect(client.secure(near, aborted)).rejects.toBe('why');
  expect(near.destroyed).toBe(true);
  expect(server.handshakes).toBe(0);
});

test('a signal that aborts later does not touch the socket that was handed out', async () => {
  const server = await secureServer();
  const controller = new AbortController();
  const socket = await (await clientOf({ port: server.port })).connect(controller);
  onTestFinished(() => void socket.destroy());
  controller.abort();
  expect(socket.destroyed).toBe(false);
});

test('the socket below may end in any way: the handshake fails, and both are destroyed', async () => {
  const client = await clientOf({ port: 1 });
  for (const end of [
    (near: Socket) => near.destroy(),
    (near: Socket) => near.destroy(new Error('the tunnel fell in')),
    (_near: Socket, far: Socket) => far.end(),
    (_near: Socket, far: Socket) => far.resetAndDestroy(),
  ]) {
    const { near, far, close } = await socketPair();
    onTestFinished(close);
    const securing = failure(client.secure(near, never));
    await once(far, 'readable');
    end(near, far);
    expect(await securing).toMatchObject({ code: 'TLS_HANDSHAKE' });
    await eventually(() => near.closed);
  }
});

test('a socket that was closed before is refused at once', async () => {
  const client = await clientOf({ port: 1 });
  const { near, far, close } = await socketPair();
  onTestFinished(close);
  near.destroy();
  expect(await failure(client.secure(near, never))).toMatchObject({
    code: 'TLS_HANDSHAKE',
    message: expect.stringContaining('the connection was closed before'),
  });
  expect(await failure(client.secure(far.destroy(), never))).toMatchObject({ code: 'TLS_HANDSHAKE' });
});

test('bytes that came before are refused, and destroy the connection: a server of TLS speaks second', async () => {
  const server = await secureServer();
  const { near, far, close } = await socketPair();
  onTestFinished(close);
  far.write('250 injected\r\n');
  await eventually(() => near.read(0) === null && near.readableLength > 0);
  const error = await failure((await clientOf({ port: server.port })).secure(near, never));
  expect(error.message).toContain('14 bytes were unread before it began');
  expect(error.message).not.toContain('injected');
  expect(near.destroyed).toBe(true);
});

test('no listener stays, of the signal or the sockets, but those that catch late errors and keep sessions', async () => {
  const server = await secureServer();
  const client = await clientOf({ port: server.port });
  let added = 0;
  const { signal } = new AbortController();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    added += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    added -= 1;
    remove(...args);
  };
  const { ca } = await testCertificates();
  const plain = await connectTcp({ host: '127.0.0.1', port: server.port }, never);
  const byNode = connectTls({ socket: plain, host: 'localhost', ca: ca.cert });
  await once(byNode, 'secureConnect');
  const below = await connectTcp({ host: '127.0.0.1', port: server.port }, never);
  const socket = await client.secure(below, { signal });
  onTestFinished(() => [byNode, socket].forEach((each) => void each.destroy()));
  expect(added).toBe(0);
  const { error = 0, ...others } = listeners(plain);
  expect(listeners(below)).toEqual({ ...others, error: error + 1 });
  byNode.on('error', () => {}).on('session', () => {});
  expect({ ...listeners(socket), newListener: undefined }).toEqual({ ...listeners(byNode), newListener: undefined });

  const failing = await connectTcp({ host: '127.0.0.1', port: await scripted((far) => far.end()) }, never);
  await failure(client.secure(failing, { signal }));
  expect(added).toBe(0);
  await eventually(() => failing.closed);
});

test('a stream that is no socket is secured as well', async () => {
  const [near, far] = duplexPair();
  const server = await secureServer();
  const there = await connectTcp({ host: '127.0.0.1', port: server.port }, never);
  far.pipe(there).pipe(far);
  onTestFinished(() => void there.destroy());
  const socket = await (await clientOf({ port: 1 })).secure(near, never);
  expect(tlsInfo(socket)?.certificate.subject).toBe('localhost');
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  socket.destroy();
  await eventually(() => near.destroyed);
});

test('a stream that never finishes its own destruction does not hold the handshake up', async () => {
  const stuck = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done(), destroy() {} });
  const controller = new AbortController();
  const securing = failure((await clientOf({ port: 1 })).secure(stuck, controller));
  await eventually(() => stuck.listenerCount('close') > 0);
  controller.abort('enough');
  expect(await securing).toBe('enough');
  expect(stuck.destroyed).toBe(true);
});

test('TLS goes through TLS', async () => {
  const inner = await secureServer();
  const tunnel = await secureServer();
  tunnel.forwardTo(inner.port);
  const outer = await (await clientOf({ port: tunnel.port })).connect(never);
  const socket = await (await clientOf({ port: inner.port })).secure(outer, never);
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  socket.destroy();
  await eventually(() => outer.destroyed);
});

test('a signal that aborts in the moment between TCP and TLS ends the attempt', async () => {
  const server = await secureServer();
  const controller = new AbortController();
  vi.spyOn(Socket.prototype, 'setKeepAlive').mockImplementation(function (this: Socket) {
    controller.abort('why');
    return this;
  });
  await expect((await clientOf({ port: server.port })).connect(controller)).rejects.toBe('why');
  expect(server.handshakes).toBe(0);
});
