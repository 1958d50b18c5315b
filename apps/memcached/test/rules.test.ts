import { Pool } from '@pool/core';
import { tcp, type Wire } from '@pool/net';
import { eventually, lineServer } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { memcached } from '../src/adapter/memcached.ts';
import { get } from '../src/commands/get.ts';
import { remove } from '../src/commands/remove.ts';
import { set } from '../src/commands/set.ts';
import { stats } from '../src/commands/stats.ts';
import { version } from '../src/commands/version.ts';

/** Lines instead of a memcached, for what a real one does not do when it is told to. */
async function pooled(answer: (line: string) => string | undefined) {
  const server = await lineServer({ answer });
  const pool = new Pool(memcached(tcp({ host: '127.0.0.1', port: server.port })), { max: 1 });
  return {
    pool,
    async [Symbol.asyncDispose](): Promise<void> {
      await pool.close();
      await server.stop();
    },
  };
}

describe('an answer that the protocol does not allow costs the connection its place', () => {
  const wrong: readonly (readonly [what: string, answer: string])[] = [
    ['does not understand', 'ERROR'],
    ['blames the client', 'CLIENT_ERROR bad command line format'],
    ['answers the question before', 'VALUE other 0 5'],
    ['does not say how long it is', 'VALUE key 0 five'],
    ['says more than it announced', 'VALUE key 0 5\r\nhello, world\r\nEND'],
    ['speaks another protocol', '220 mail.example.org ESMTP'],
  ];
  it.each(wrong)('get, from one that %s', async (_what, answer) => {
    await using test = await pooled((line) => (line.startsWith('get') ? answer : 'VERSION 1'));
    const { pool } = test;
    await expect(pool.use((wire, limits) => get(wire, 'key', limits))).rejects.toMatchObject({ code: 'WIRE_PROTOCOL' });
    expect(pool.stats.idle).toBe(0);
    expect(await pool.use((wire, limits) => version(wire, limits))).toBe('1');
    expect(pool.stats.totals.opened).toBe(2);
  });

  const others: readonly (readonly [name: string, command: (wire: Wire) => Promise<unknown>])[] = [
    ['set', (wire) => set(wire, 'key', 'value')],
    ['delete', (wire) => remove(wire, 'key')],
    ['stats', stats],
    ['version', version],
  ];
  it.each(others)('%s, too', async (_name, command) => {
    await using test = await pooled(() => 'WHAT');
    await expect(test.pool.use((wire) => command(wire))).rejects.toMatchObject({ code: 'WIRE_PROTOCOL', received: 'WHAT' });
    expect(test.pool.stats.idle).toBe(0);
  });

  it('also when the work swallows the error, before the rest of the answer has come', async () => {
    await using test = await pooled((line) => (line === 'get key' ? 'VALUE other 0 5' : 'VERSION 1'));
    await test.pool.use((wire, limits) => get(wire, 'key', limits).catch(() => {}));
    await eventually(() => test.pool.stats.totals.closed.unclean === 1);
  });
});

it('a connection takes one question at a time', async () => {
  await using test = await pooled(() => 'VERSION 1');
  await test.pool.use(async (wire) => {
    const first = version(wire);
    await expect(version(wire)).rejects.toMatchObject({ code: 'WIRE_BUSY' });
    expect(await first).toBe('1');
  });
  expect(test.pool.stats.idle).toBe(1);
});

it('whoever uses a connection after giving it back harms nobody', async () => {
  await using test = await pooled(() => 'VERSION 1');
  const kept = await test.pool.use((wire) => wire);
  await expect(version(kept)).rejects.toMatchObject({ code: 'WIRE_BUSY' });
  expect(await test.pool.use((wire, limits) => version(wire, limits))).toBe('1');
  expect(test.pool.stats.totals).toMatchObject({ opened: 1, closed: {} });
});

it('what a server said before it closed is told, although nothing can be written any more', async () => {
  await using server = await lineServer({ maxConnections: 0, tooMany: 'ERROR Too many open connections' });
  const wire = await tcp({ host: '127.0.0.1', port: server.port }).open({
    signal: new AbortController().signal,
    attempt: 1,
    poolName: '',
  });
  await new Promise((resolve) => wire.onBroken(resolve));
  await expect(version(wire)).rejects.toMatchObject({ code: 'MEMCACHED_TOO_MANY_CONNECTIONS' });
});
