import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/index.ts';
import type { AcquireTimeoutError } from './errors.ts';
import type { PoolEvents } from './events.ts';
import type { PoolOptions } from './options.ts';
import { Pool } from './pool.ts';

declare const Bun: { gc(force: true): void } | undefined;

setFlagsFromString('--expose-gc');
const collectGarbage = typeof Bun === 'undefined' ? (runInNewContext('gc') as () => void) : () => Bun.gc(true);

function setUp(options: Partial<PoolOptions<object>> = {}) {
  const clock = new FakeClock();
  const closed: string[] = [];
  const pool = new Pool<object>(
    { open: () => ({}), close: (_, { reason }) => void closed.push(reason) },
    { max: 2, clock, leakAfterMs: 1000, ...options },
  );
  const leaks: PoolEvents['leak'][0][] = [];
  const returned: PoolEvents['leakReturned'][0][] = [];
  pool.on('leak', (event) => leaks.push(event));
  pool.on('leakReturned', (event) => returned.push(event));
  return { clock, pool, leaks, returned, closed };
}

describe('a lease that does not come back', () => {
  it('is reported once, with its label, and told of when it comes back after all', async () => {
    const { clock, pool, leaks, returned } = setUp();
    const lease = await pool.acquire({ label: 'nightly report' });
    await clock.advance(999);
    expect(leaks).toEqual([]);
    await clock.advance(5000);
    expect(leaks).toMatchObject([{ connectionId: 1, heldMs: 1000, label: 'nightly report', dropped: false }]);
    lease.release();
    await clock.settle();
    expect(returned).toMatchObject([{ connectionId: 1, heldMs: 5999, label: 'nightly report' }]);
  });

  it('is reported with where it was acquired, once a first leak was seen, and for a while only', async () => {
    const { clock, pool, leaks } = setUp();
    const first = await pool.acquire();
    await clock.advance(1000);
    expect(leaks[0]?.stack).toBeUndefined();
    first.release();
    const second = await pool.acquire();
    await clock.advance(1000);
    expect(leaks[1]?.stack).toContain('leaks.test.ts');
    second.release();
    await clock.advance(30_000);
    const third = await pool.acquire();
    await clock.advance(1000);
    expect(leaks[2]?.stack).toBeUndefined();
    third.release();
  });

  it('is found when nobody has it any more, and its connection is replaced', async () => {
    const { clock, pool, leaks, closed } = setUp({ max: 1 });
    const take = async (): Promise<void> => {
      await pool.acquire({ label: 'forgetful' });
    };
    await take();
    await clock.settle();
    collectGarbage();
    await clock.advance(1000);
    expect(leaks).toMatchObject([{ dropped: true, label: 'forgetful' }]);
    expect(closed).toEqual(['leaked']);
    (await pool.acquire()).release();
  });

  it('is not taken from who still holds it', async () => {
    const { clock, pool, leaks } = setUp({ max: 1 });
    const lease = await pool.acquire();
    await clock.settle();
    collectGarbage();
    await clock.advance(1000);
    expect(leaks).toMatchObject([{ dropped: false }]);
    expect(lease.active).toBe(true);
    lease.release();
  });

  it('is no leak when it is held for long on purpose', async () => {
    const { clock, pool, leaks } = setUp();
    const lease = await pool.acquire({ longLived: true });
    await clock.advance(10_000);
    expect(leaks).toEqual([]);
    lease.release();
  });
});

describe('a caller that waits for a second connection while it holds a first', () => {
  it('is told so in its timeout, when the pool was asked to know', async () => {
    const { clock, pool } = setUp({ nestedCheck: true, acquireTimeoutMs: 100 });
    const task = (): Promise<void> =>
      pool.use(async () => {
        await clock.settle();
        await pool.use(() => {});
      });
    const outcomes = Promise.allSettled([task(), task()]);
    await clock.advance(200);
    const errors = (await outcomes).flatMap((o) => (o.status === 'rejected' ? [o.reason as AcquireTimeoutError] : []));
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) {
      expect(error.message).toMatch(/the caller itself holds connection \d while it waits for another/);
      expect(error.message).toContain('nested acquires deadlock');
    }
  });

  it('is not blamed for a connection it gave back', async () => {
    const { clock, pool } = setUp({ nestedCheck: true, acquireTimeoutMs: 100, max: 1 });
    // In a context of its own: what the test holds would count as held by everything it starts.
    const other = await Promise.resolve().then(() => pool.acquire());
    const task = async (): Promise<void> => {
      await pool.use(() => {});
    };
    const outcome = expect(task()).rejects.toThrow(/^(?!.*the caller itself)/);
    await clock.advance(100);
    await outcome;
    other.release();
  });
});
