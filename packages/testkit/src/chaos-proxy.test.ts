import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Address, reset } from './address.ts';
import type { Behaviour } from './behaviour.ts';
import { type ChaosProxy, chaosProxy } from './chaos-proxy.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type LineServer, type LineServerOptions, lineServer } from './line-server.ts';

interface Scene {
  readonly server: LineServer;
  readonly proxy: ChaosProxy;
}

async function scene(options?: LineServerOptions): Promise<Scene> {
  const server = await lineServer(options);
  const proxy = await chaosProxy({ target: server.address });
  onTestFinished(async () => {
    await proxy.stop();
    await server.stop();
  });
  return { server, proxy };
}

interface Client {
  readonly socket: Socket;
  readonly heard: () => string;
  /** 'FIN', an error code, or undefined while it is open. */
  readonly ending: () => string | undefined;
}

function client(address: Address): Client {
  const socket = connect({ ...address, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let text = '';
  let ending: string | undefined;
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    ending = error.code;
  });
  socket.on('end', () => {
    ending = 'FIN';
  });
  return { socket, heard: () => text, ending: () => ending };
}

/** A client that has exchanged one line. */
async function warm({ proxy, server }: Scene): Promise<Client> {
  const warmed = client(proxy.address);
  const before = server.commands;
  warmed.socket.write('warm\r\n');
  await eventually(() => warmed.heard() === 'warm\r\n' && server.commands > before);
  return warmed;
}

test('passes bytes both ways and counts them', async () => {
  const { server, proxy } = await scene({ greeting: 'hello' });
  const { socket, heard } = client(proxy.address);
  socket.write('one\r\n');
  await eventually(() => heard() === 'hello\r\none\r\n');
  expect(proxy).toMatchObject({ accepted: 1, bytesToClient: 12, bytesToTarget: 5 });
  expect(proxy.connections).toHaveLength(1);
  socket.end();
  await eventually(() => proxy.connections.length === 0 && server.sessions.length === 0);
  await probe(server.address);
  expect(proxy).toMatchObject({ accepted: 1, bytesToClient: 12, bytesToTarget: 5 });
});

test('passes a FIN either way, and what the other side says after it', async () => {
  const { server, proxy } = await scene({ answer: () => undefined });
  const first = client(proxy.address);
  await eventually(() => server.sessions.length === 1);
  server.endAll('fin');
  await eventually(() => first.ending() === 'FIN');
  first.socket.end();
  await eventually(() => proxy.connections.length === 0);
});

test('passes a reset either way', async () => {
  const scenery = await scene();
  const { server } = scenery;
  const first = await warm(scenery);
  server.endAll('reset');
  await eventually(() => first.ending() === 'ECONNRESET');
  const second = await warm(scenery);
  const errors: unknown[] = [];
  server.sessions[0]?.socket.on('error', (error) => errors.push(error));
  reset(second.socket);
  await eventually(() => errors.length === 1);
  expect(errors[0]).toMatchObject({ code: 'ECONNRESET' });
});

test('passes many megabytes unharmed, however slow the reader', async () => {
  const { proxy } = await scene();
  const { socket, heard } = client(proxy.address);
  const line = 'x'.repeat(99_998);
  for (let count = 0; count < 50; count += 1) socket.write(`${line}\r\n`);
  socket.pause();
  await eventually(() => proxy.bytesToTarget > 1_000_000);
  socket.resume();
  await eventually(() => heard().length === 5_000_000);
});

test('a target that says FIN and then resets what the client says ends the client, too', async () => {
  const scenery = await scene();
  const { server, proxy } = scenery;
  const { socket, ending } = await warm(scenery);
  const [session] = server.sessions;
  session?.end();
  await eventually(() => ending() === 'FIN');
  session?.end('reset');
  // Only a write tells that there is nobody: Node does not read on after a FIN.
  await eventually(() => {
    if (socket.writable) socket.write('x');
    return proxy.connections.length === 0;
  });
});

test('holds the target back when the client does not read', async () => {
  const scenery = await scene();
  const { server } = scenery;
  const { socket } = await warm(scenery);
  socket.pause();
  const far = server.sessions[0]?.socket as Socket;
  far.write(Buffer.alloc(64_000_000));
  let left = -1;
  let rounds = 0;
  await eventually(() => {
    rounds = far.bytesWritten - far.writableLength === left ? rounds + 1 : 0;
    left = far.bytesWritten - far.writableLength;
    return rounds > 100;
  });
  expect(far.writableLength).toBeGreaterThan(0);
});

test('a target that refuses resets the client', async () => {
  const proxy = await chaosProxy({ target: { host: '127.0.0.1', port: await freePort() } });
  onTestFinished(() => proxy.stop());
  const { ending } = client(proxy.address);
  await eventually(() => ending() === 'ECONNRESET');
});

test('refuses new connections while told to, leaves those there are, and comes back on the same port', async () => {
  const scenery = await scene();
  const { proxy } = scenery;
  const { socket, heard } = await warm(scenery);
  const { port } = proxy;
  proxy.refuse();
  const refused = client(proxy.address);
  await eventually(() => refused.ending() === 'ECONNREFUSED');
  socket.write('still\r\n');
  await eventually(() => heard() === 'warm\r\nstill\r\n');
  await proxy.accept();
  expect(proxy.port).toBe(port);
  await warm(scenery);
  expect(proxy.accepted).toBe(2);
});

test('reset: those there are at once, new ones as soon as they are accepted', async () => {
  const scenery = await scene();
  const { proxy, server } = scenery;
  const first = await warm(scenery);
  proxy.behave('reset');
  const second = client(proxy.address);
  await eventually(() => first.ending() === 'ECONNRESET' && second.ending() === 'ECONNRESET');
  await eventually(() => server.sessions.length === 0);
  expect(proxy.accepted).toBe(2);
});

test('half-close: FIN to the client, while what it sends still reaches the target', async () => {
  const scenery = await scene();
  const { proxy, server } = scenery;
  const { socket, heard, ending } = await warm(scenery);
  proxy.behave('half-close');
  await eventually(() => ending() === 'FIN');
  socket.write('still here\r\n');
  await eventually(() => server.sessions[0]?.lines.includes('still here'));
  expect(heard()).toBe('warm\r\n');
});

test('black hole: nothing passes, not even the end of the peer, and what was withheld passes afterwards in order', async () => {
  const scenery = await scene();
  const { proxy, server } = scenery;
  const old = await warm(scenery);
  proxy.behave('black-hole');
  const fresh = client(proxy.address);
  await eventually(() => proxy.connections.length === 2 && server.connects === 2);
  old.socket.write('one\r\ntwo\r\n');
  fresh.socket.write('three\r\n');
  server.sessions[0]?.say('unheard');
  server.sessions[1]?.end();
  // Time enough for all of it to pass, were it to pass.
  for (let round = 0; round < 3; round += 1) await probe(server.address);
  expect(old.heard()).toBe('warm\r\n');
  expect(fresh.heard()).toBe('');
  expect(fresh.ending()).toBeUndefined();
  expect(server.sessions[0]?.lines).toEqual(['warm']);
  proxy.behave('pass');
  await eventually(() => old.heard() === 'warm\r\nunheard\r\none\r\ntwo\r\n' && fresh.ending() !== undefined);
});

/** A round trip past the proxy. */
async function probe(address: Address): Promise<void> {
  const direct = client(address);
  direct.socket.write('probe\r\n');
  await eventually(() => direct.heard().endsWith('probe\r\n'));
  direct.socket.destroy();
}

test('black hole: a reset is withheld, too, until it ends', async () => {
  const scenery = await scene();
  const { proxy, server } = scenery;
  const { ending } = await warm(scenery);
  proxy.behave('black-hole');
  server.endAll('reset');
  await probe(server.address);
  expect(ending()).toBeUndefined();
  proxy.behave('pass');
  await eventually(() => ending() === 'ECONNRESET');
});

test('delay: bytes arrive later, in order, and are not lost when the delay ends', async () => {
  const scenery = await scene();
  const { proxy } = scenery;
  const { socket, heard } = await warm(scenery);
  proxy.behave({ delayMs: 20 });
  const start = performance.now();
  socket.write('one\r\n');
  socket.write('two\r\n');
  await eventually(() => heard() === 'warm\r\none\r\ntwo\r\n');
  // A lower bound, which no slow machine can break: 20 ms each way.
  expect(performance.now() - start).toBeGreaterThanOrEqual(40);
  proxy.behave({ delayMs: 60_000 });
  socket.write('three\r\n');
  await probe(scenery.server.address);
  proxy.behave('pass');
  await eventually(() => heard() === 'warm\r\none\r\ntwo\r\nthree\r\n');
});

test.each<[Behaviour, string]>([
  [{ cutAfterBytes: 5, with: 'fin' }, 'FIN'],
  // On a busy machine the bytes and the RST may still be found together.
  [{ cutAfterBytes: 5, with: 'reset' }, 'ECONNRESET or FIN'],
  [{ cutAfterBytes: 5 }, 'ECONNRESET or FIN'],
])('cut %o: so many bytes to the client, and the end', async (behaviour, expected) => {
  const scenery = await scene();
  const { proxy, server } = scenery;
  const { socket, heard, ending } = await warm(scenery);
  proxy.behave(behaviour);
  socket.write('hello\r\n');
  await eventually(() => ending() !== undefined);
  expect(expected).toContain(ending());
  expect(heard()).toBe('warm\r\nhello');
  await eventually(() => server.sessions.length === 0);
});

test('cut after bytes to the target: it hears no more than that', async () => {
  const scenery = await scene();
  const { proxy, server } = scenery;
  const { socket, ending } = await warm(scenery);
  proxy.behave({ cutAfterBytes: 6, direction: 'to-target', with: 'fin' });
  const [session] = server.sessions;
  socket.write('one\r\ntwo\r\n');
  await eventually(() => ending() === 'FIN');
  await eventually(() => server.sessions.length === 0);
  expect(session?.lines).toEqual(['warm', 'one']);
});

test('drip: so many bytes at a time', async () => {
  const scenery = await scene();
  const { proxy } = scenery;
  const { socket } = await warm(scenery);
  const parts: string[] = [];
  socket.on('data', (part) => parts.push(String(part)));
  proxy.behave({ dripBytes: 2, everyMs: 2 });
  socket.write('hello!\r\n');
  await eventually(() => parts.join('') === 'hello!\r\n');
  expect(parts.length).toBeGreaterThan(1);
});

test('the next connections can behave one by one, and a connection can be told alone', async () => {
  const scenery = await scene();
  const { proxy } = scenery;
  proxy.next('reset', 'pass');
  proxy.behaveForNew('reset');
  const first = client(proxy.address);
  await eventually(() => first.ending() === 'ECONNRESET');
  const second = await warm(scenery);
  const third = client(proxy.address);
  await eventually(() => third.ending() === 'ECONNRESET');
  expect(second.ending()).toBeUndefined();
  proxy.connections[0]?.behave('half-close');
  await eventually(() => second.ending() === 'FIN');
});

test('cutAll ends the connections there are, and takes new ones', async () => {
  const scenery = await scene();
  const { proxy } = scenery;
  const first = await warm(scenery);
  const second = await warm(scenery);
  proxy.cutAll();
  await eventually(() => first.ending() === 'ECONNRESET' && second.ending() === 'ECONNRESET');
  const third = await warm(scenery);
  proxy.cutAll('fin');
  await eventually(() => third.ending() === 'FIN');
});

test('works over Unix sockets on both sides', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'pool-testkit-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const server = await lineServer({ path: join(dir, 'server') });
  const proxy = await chaosProxy({ target: server.address, path: join(dir, 'proxy') });
  onTestFinished(async () => {
    await proxy.stop();
    await server.stop();
  });
  const first = await warm({ server, proxy });
  proxy.behave('reset');
  await eventually(() => first.socket.closed || first.ending() !== undefined);
  proxy.behaveForNew('pass');
  proxy.refuse();
  const refused = client(proxy.address);
  await eventually(() => refused.ending() === 'ENOENT');
  await proxy.accept();
  await warm({ server, proxy });
});

test('stopping leaves nothing behind', async () => {
  const server = await lineServer();
  onTestFinished(() => server.stop());
  const proxy = await chaosProxy({ target: server.address });
  const { ending } = await warm({ server, proxy });
  await proxy.stop();
  await eventually(() => ending() === 'ECONNRESET' && server.sessions.length === 0);
  const refused = client(proxy.address);
  await eventually(() => refused.ending() === 'ECONNREFUSED');
});

test.each(['FIN', 'RST'])(
  'stopping leaves nothing behind of a client that left with %s while nothing passed',
  async (farewell) => {
    const server = await lineServer();
    onTestFinished(() => server.stop());
    const proxy = await chaosProxy({ target: server.address });
    const { socket } = await warm({ server, proxy });
    proxy.behave('black-hole');
    if (farewell === 'FIN') socket.destroy();
    else socket.resetAndDestroy();
    await once(socket, 'close');
    await proxy.stop();
    await eventually(() => server.sessions.length === 0);
  },
);
