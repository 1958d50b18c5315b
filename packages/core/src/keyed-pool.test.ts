import { describe, expect, it } from 'vitest';
import { FakeClock, ScriptedConnector } from '../testing/index.ts';
import type { CloseContext } from './connector.ts';
import { KeyedPool, type KeyedPoolOptions } from './keyed-pool.ts';

function setUp(options: Partial<KeyedPoolOptions<string, string>> = {}) {
  const clock = new FakeClock();
  const opened: string[] = [];
  const closed: string[] = [];
  const pools = new KeyedPool<string, string>(
    (key) => ({
      open: () => {
        const connection = `${key}${opened.length + 1}`;
        opened.push(connection);
        return connection;
      },
      close: (connection: string, _context: CloseContext) => {
        closed.push(connection);
      },
    }),
    { maxPerKey: 2, clock, ...options },
  );
  return { clock, pools, opened, closed };
}

describe('a keyed pool', () => {
  it('keeps the connections of different keys apart', async () => {
    const { pools } = setUp();
    expect(await pools.use('a', (connection) => connection)).toBe('a1');
    expect(await pools.use('b', (connection) => connection)).toBe('b2');
    expect(await pools.use('a', (connection) => connection)).toBe('a1');
    expect(pools.size).toBe(2);
  });

  it('closes an idle connection of one key when another needs its place', async () => {
    const { pools, closed } = setUp({ maxTotal: 2 });
    await pools.use('a', () => {});
    const b = await pools.acquire('b');
    const other = await pools.acquire('b');
    expect(closed).toEqual(['a1']);
    expect(pools.budget?.inUse).toBe(2);
    b.release();
    other.release();
  });

  it('hands a place on as soon as the connection that held it comes back', async () => {
    const { clock, pools, closed } = setUp({ maxTotal: 1 });
    const a = await pools.acquire('a');
    const waiting = pools.acquire('b');
    await clock.settle();
    expect(pools.budget?.waiting).toBe(1);
    a.release();
    expect((await waiting).value).toBe('b2');
    expect(closed).toEqual(['a1']);
  });

  it('serves its own callers before it gives a place away', async () => {
    const { clock, pools } = setUp({ maxTotal: 1 });
    const a = await pools.acquire('a');
    const b = pools.acquire('b');
    const again = pools.acquire('a');
    await clock.settle();
    a.release();
    const second = await again;
    expect(second.value).toBe('a1');
    second.release();
    expect((await b).value).toBe('b2');
  });

  it('never has more connections than the limit over all, whoever asks', async () => {
    const { clock, pools, opened, closed } = setUp({ maxTotal: 3 });
    let most = 0;
    const work = Array.from({ length: 60 }, (_, index) =>
      pools.use(`k${index % 7}`, async () => {
        most = Math.max(most, opened.length - closed.length);
        await clock.settle();
      }),
    );
    await Promise.all(work);
    expect(most).toBe(3);
  });

  it('drops the pool of a key that nobody uses any more', async () => {
    const { clock, pools, closed } = setUp({ emptyPoolTtlMs: 1000, minPerKey: 1, idleTimeoutMs: Infinity });
    await pools.use('a', () => {});
    await clock.advance(900);
    await pools.use('b', () => {});
    await clock.advance(200);
    await clock.advance(1000);
    expect([...pools].map(([key]) => key)).toEqual([]);
    expect(closed).toEqual(['a1', 'b2']);
    expect(clock.pending).toBe(0);
  });

  it('keeps the pool of a key that somebody has a lease of', async () => {
    const { clock, pools } = setUp({ emptyPoolTtlMs: 1000 });
    const lease = await pools.acquire('a');
    await clock.advance(5000);
    expect(pools.size).toBe(1);
    lease.release();
  });

  it('closes all of it, and refuses afterwards', async () => {
    const { pools, closed } = setUp();
    await pools.use('a', () => {});
    await pools.use('b', () => {});
    await pools.close();
    expect(closed).toEqual(['a1', 'b2']);
    await expect(pools.acquire('a')).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  });

  it('asks for keyOf when keys are objects, which would all be one', () => {
    const pools = new KeyedPool<object, string>(() => new ScriptedConnector<string>(), { maxPerKey: 1 });
    expect(() => pools.at({ host: 'a' })).toThrow(/keyOf is needed/);
  });
});
