import { AcquireTimeoutError, type CloseReason, exponential, type PingContext, Pool, type PoolOptions } from '@pool/core';
import { tcp, type Wire } from '@pool/net';
import { type ChaosProxy, chaosProxy, eventually, type LineServer, lineServer } from '@pool/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';

// What callers notice when the server goes down, and comes back: over real sockets, through a proxy that does the harm.

async function ask(wire: Wire, line: string, timeoutMs = 200): Promise<string> {
  await wire.write(`${line}\r\n`);
  return wire.readLine({ timeoutMs });
}

async function scene(options: Partial<PoolOptions<Wire>> = {}): Promise<{
  server: LineServer;
  proxy: ChaosProxy;
  pool: Pool<Wire>;
  discarded: CloseReason[];
  use: (line: string) => Promise<string>;
}> {
  const server = await lineServer();
  const proxy = await chaosProxy({ target: server.address });
  const connector = {
    ...tcp(proxy.address),
    ping: async (wire: Wire, { signal }: PingContext): Promise<void> => {
      await wire.write('PING\r\n', { signal });
      await wire.readLine({ signal });
    },
  };
  const pool = new Pool(connector, {
    max: 4,
    min: 2,
    acquireTimeoutMs: 150,
    openTimeoutMs: 100,
    pingTimeoutMs: 100,
    openBackoff: exponential({ initialMs: 10, maxMs: 80 }),
    pingAfterIdleMs: 0,
    // Ready means answering: a black hole takes connections, too.
    init: async function greet(wire: Wire, { signal }) {
      await wire.write('HELLO\r\n', { signal });
      await wire.readLine({ signal });
    },
    ...options,
  });
  onTestFinished(async () => {
    await pool.close({ drainTimeoutMs: 0 });
    await proxy.stop();
    await server.stop();
  });
  const discarded: CloseReason[] = [];
  pool.on('discard', ({ reason }) => discarded.push(reason));
  await pool.ready({ timeoutMs: 5_000 });
  return { server, proxy, pool, discarded, use: (line) => pool.use((wire) => ask(wire, line)) };
}

const outages: readonly (readonly [string, (proxy: ChaosProxy) => void])[] = [
  [
    'refuses',
    (proxy) => {
      proxy.refuse();
      proxy.cutAll('reset');
    },
  ],
  ['resets', (proxy) => proxy.behave('reset')],
  ['closes its half and says nothing more', (proxy) => proxy.behave('half-close')],
  ['is a black hole', (proxy) => proxy.behave('black-hole')],
  ['drips', (proxy) => proxy.behave({ dripBytes: 1, everyMs: 150 })],
];

describe.each(outages)('a server that %s', (_how, harm) => {
  test('costs callers their limit and no more, the last like the first, and is back when it is back', async () => {
    const { proxy, pool, use } = await scene();
    expect(await use('before')).toBe('before');
    const failedBefore = pool.stats.totals.openFailed;
    harm(proxy);

    const errors: unknown[] = [];
    for (let call = 0; call < 8; call++) errors.push(await use('during').catch((error: unknown) => error));
    // Connections that were lent or idle may be what the first calls broke on; after that nobody is told anything but this.
    for (const error of errors.slice(4)) expect(error).toBeInstanceOf(AcquireTimeoutError);
    expect((errors[7] as AcquireTimeoutError).cause).toBeDefined();
    expect((errors[7] as AcquireTimeoutError).message).toContain('the last open failed');
    // One opening at a time: as many as outage / (backoff + opening), and nowhere near one for each caller and slot.
    const attempts = pool.stats.totals.openFailed - failedBefore;
    expect(attempts).toBeGreaterThan(0);
    expect(pool.stats.opening).toBeLessThanOrEqual(1);
    expect(pool.stats.waiting).toBe(0);

    await proxy.accept();
    proxy.behaveForNew('pass');
    await eventually(() => use('after'), { what: 'a caller is served again' });
    await eventually(() => pool.stats.idle >= 2, { what: 'the pool is back at its minimum' });
    expect(pool.stats.leased).toBe(0);
    const { opened, closed, detached, abandoned } = pool.stats.totals;
    const { idle, checking, resetting, closing } = pool.stats;
    const gone = Object.values(closed).reduce((sum, count) => sum + count, 0);
    expect(opened - gone - detached - abandoned).toBe(idle + checking + resetting + closing);
  });
});

test('callers that wait through an outage are served when it ends', async () => {
  const { proxy, use } = await scene({ acquireTimeoutMs: 5_000 });
  proxy.refuse();
  proxy.cutAll('reset');
  const waiting = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((line) => use(line).catch(() => use(line))));
  await eventually(() => proxy.connections.length === 0);
  await proxy.accept();
  expect(await waiting).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('when half of the idle connections die at once, the others are pinged before they are lent, and nobody sees an error', async () => {
  const { proxy, server, pool, discarded, use } = await scene({ max: 6, min: 6, pingAfterIdleMs: Infinity });
  await eventually(() => pool.stats.idle === 6);
  const dead = proxy.connections.slice(0, 3);
  for (const connection of dead) connection.cut('reset');
  await eventually(() => discarded.length === 3);
  const answers = await Promise.all(['a', 'b', 'c'].map((line) => use(line)));
  expect(answers).toEqual(['a', 'b', 'c']);
  expect(server.sessions.flatMap((session) => session.lines).filter((line) => line === 'PING').length).toBeGreaterThan(0);
  expect(discarded).toEqual(['broken', 'broken', 'broken']);
  await eventually(() => pool.stats.idle === 6, { what: 'the dead ones are replaced' });
});

test('a peer that hangs while it is pinged costs that connection its place, not the caller its connection', async () => {
  const { proxy, discarded, use } = await scene({ acquireTimeoutMs: 5_000, min: 1 });
  // The idle ones only: what is opened for the caller works.
  proxy.behave('black-hole');
  proxy.behaveForNew('pass');
  expect(await use('hello')).toBe('hello');
  await eventually(() => discarded.includes('ping-failed'), { what: 'the hung one is closed for its ping' });
});

test('a server that closes idle connections unannounced is learned about, and closed to before it closes', async () => {
  const idleCloseMs = 200;
  const server = await lineServer({ idleCloseMs });
  const pool = new Pool(tcp(server.address), { max: 1 });
  onTestFinished(async () => {
    await pool.close();
    await server.stop();
  });
  const reasons: CloseReason[] = [];
  pool.on('discard', ({ reason }) => reasons.push(reason));
  // Every connection is used once and left alone until it is gone.
  for (let round = 1; round <= 6; round++) {
    await pool.use((wire) => ask(wire, 'hello'));
    await eventually(() => reasons.length === round);
  }
  expect(pool.stats.learnedIdleLimitMs).toBeDefined();
  expect(reasons.slice(0, 3)).toEqual(['broken', 'broken', 'broken']);
  expect(reasons.slice(-1)).toEqual(['idle-limit']);
});
