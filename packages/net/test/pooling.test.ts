import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseReason, Pool, type PoolOptions } from '@pool/core';
import { tcp, type Wire } from '@pool/net';
import { type Address, type ChaosProxy, chaosProxy, eventually, type LineServer, lineServer, runTypeScript } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';

interface Scene {
  readonly server: LineServer;
  readonly proxy: ChaosProxy;
  readonly pool: Pool<Wire>;
  /** Why connections left the pool. */
  readonly discarded: CloseReason[];
}

function poolTo(address: Address, options: Partial<PoolOptions<Wire>> = {}): Pool<Wire> {
  const pool = new Pool(tcp(address), { max: 3, ...options });
  onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
  return pool;
}

/** A pool, a proxy that can do harm, and a server that echoes. */
async function scene(options: Partial<PoolOptions<Wire>> = {}): Promise<Scene> {
  const server = await lineServer();
  const proxy = await chaosProxy({ target: server.address });
  onTestFinished(async () => {
    await proxy.stop();
    await server.stop();
  });
  const pool = poolTo(proxy.address, options);
  const discarded: CloseReason[] = [];
  pool.on('discard', ({ reason }) => discarded.push(reason));
  return { server, proxy, pool, discarded };
}

async function ask(wire: Wire, line: string): Promise<string> {
  await wire.write(`${line}\r\n`);
  return wire.readLine({ timeoutMs: 5_000 });
}

test('one connection serves many exchanges', async () => {
  const { server, pool } = await scene();
  for (const word of ['a', 'b', 'c']) expect(await pool.use((wire) => ask(wire, word))).toBe(word);
  expect(server.connects).toBe(1);
  expect(server.commands).toBe(3);
});

test('a pool over a Unix socket lends, too', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'pool-net-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const server = await lineServer({ path: join(dir, 'socket') });
  onTestFinished(() => server.stop());
  const pool = poolTo(server.address);
  expect(await pool.use((wire) => ask(wire, 'hello'))).toBe('hello');
});

test.each([
  ['says FIN', (server: LineServer) => server.endAll('fin')],
  ['resets', (server: LineServer) => server.endAll('reset')],
  ['says something nobody asked for', (server: LineServer) => server.sessions[0]?.say('* BYE')],
  [
    'says goodbye and FIN in one piece',
    (server: LineServer) => {
      server.sessions[0]?.say('* BYE');
      server.endAll('fin');
    },
  ],
])('an idle connection whose peer %s is replaced when it happens, and never lent', async (_what, harm) => {
  const { server, pool, discarded } = await scene({ min: 1 });
  await pool.ready();
  const [first] = [await pool.use((wire) => wire)];
  await eventually(() => server.sessions.length === 1);
  harm(server);
  // Nobody asks for a connection: the event alone replaces it.
  await eventually(() => server.connects === 2 && pool.stats.idle === 1);
  expect(discarded).toEqual(['broken']);
  await pool.use(async (wire) => {
    expect(wire).not.toBe(first);
    expect(await ask(wire, 'hello')).toBe('hello');
  });
});

test('a connection that is returned with unread bytes is not lent again', async () => {
  const { server, pool, discarded } = await scene();
  await pool.use(async (wire) => {
    await wire.write('one\r\ntwo\r\n');
    await wire.readLine();
    await eventually(() => wire.bufferedBytes > 0);
  });
  expect(discarded).toEqual(['unclean']);
  expect(await pool.use((wire) => ask(wire, 'three'))).toBe('three');
  expect(server.connects).toBe(2);
});

test('a connection that is returned with a read pending is not lent again', async () => {
  const { pool, discarded } = await scene();
  let read: Promise<unknown> | undefined;
  await pool.use((wire) => {
    read = wire.readLine().catch((error: unknown) => error);
  });
  expect(discarded).toEqual(['unclean']);
  expect(await read).toMatchObject({ code: 'WIRE_CLOSED' });
});

test('an answer that came too late is never taken for the next one', async () => {
  const { server, proxy, pool, discarded } = await scene();
  expect(await pool.use((wire) => ask(wire, 'warm'))).toBe('warm');
  proxy.behave('black-hole');
  const late = pool.use(async (wire) => {
    await wire.write('late\r\n');
    return wire.readLine({ timeoutMs: 30 });
  });
  await expect(late).rejects.toMatchObject({ code: 'WIRE_READ_TIMEOUT' });
  proxy.behave('pass');
  expect(await pool.use((wire) => ask(wire, 'next'))).toBe('next');
  expect(discarded).toHaveLength(1);
  expect(server.connects).toBe(2);
});

test('an error of the caller’s own leaves a clean connection in the pool', async () => {
  const { server, pool } = await scene();
  const failing = pool.use(async (wire) => {
    await ask(wire, 'one');
    throw new Error('mine');
  });
  await expect(failing).rejects.toThrow('mine');
  await pool.use((wire) => ask(wire, 'two'));
  expect(server.connects).toBe(1);
});

test('a ping on an idle connection is answered without breaking it', async () => {
  const server = await lineServer();
  onTestFinished(() => server.stop());
  const connector = {
    ...tcp(server.address),
    ping: async (wire: Wire, { signal }: { signal: AbortSignal }) => {
      await wire.write('NOOP\r\n', { signal });
      await wire.readLine({ signal });
    },
  };
  const pool = new Pool(connector, { max: 1, min: 1, keepAlive: { intervalMs: 10 } });
  onTestFinished(async () => void (await pool.close()));
  await eventually(() => server.commands >= 3);
  expect(await pool.use((wire) => ask(wire, 'hello'))).toBe('hello');
  expect(server.connects).toBe(1);
});

test('when the server resets everything nobody is told twice, and the pool works on', async () => {
  const { server, proxy, pool } = await scene({ min: 3 });
  await eventually(() => pool.stats.idle === 3 && server.sessions.length === 3);
  const lost = pool.use((wire) => wire.readLine());
  proxy.cutAll();
  await expect(lost).rejects.toMatchObject({ code: 'WIRE_CLOSED' });
  expect(await pool.use((wire) => ask(wire, 'again'))).toBe('again');
  await eventually(() => pool.stats.idle === 3 && server.sessions.length === 3);
});

test('closing the pool says FIN on every connection, and leaves none behind', async () => {
  const { server, pool } = await scene({ min: 2 });
  await eventually(() => pool.stats.idle === 2 && server.sessions.length === 2);
  await pool.close();
  await eventually(() => server.sessions.length === 0);
  expect(pool.stats.totals.closed).toMatchObject({ 'pool-closed': 2 });
});

test('a process with an idle pool ends by itself', async () => {
  const server = await lineServer();
  onTestFinished(() => server.stop());
  const result = await runTypeScript(new URL('./fixtures/idle-pool.ts', import.meta.url), { args: [String(server.port)] });
  expect(result).toMatchObject({ exitCode: 0, timedOut: false, stdout: 'hello\n', stderr: '' });
});

test('a process that waits for an answer does not end, and one that closes its pool ends after that', async () => {
  const server = await lineServer({ answer: (line) => line });
  onTestFinished(() => server.stop());
  const result = await runTypeScript(new URL('./fixtures/closing-pool.ts', import.meta.url), { args: [String(server.port)] });
  expect(result).toMatchObject({ exitCode: 0, timedOut: false, stdout: 'hello\nclosed\n', stderr: '' });
});
