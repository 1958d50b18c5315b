import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Pool, PoolEvents } from '../src/index.ts';
import { automatic, expectBooks, scripted, watch } from './set-up.ts';

function record(pool: Pool<string>): [keyof PoolEvents, unknown][] {
  const events: [keyof PoolEvents, unknown][] = [];
  for (const name of [
    'open',
    'openError',
    'wait',
    'acquire',
    'release',
    'discard',
    'leak',
    'notice',
    'fault',
    'close',
  ] as const) {
    pool.on(name, (event?: unknown) => events.push([name, event]));
  }
  return events;
}

describe('events', () => {
  it('tell the life of a connection, with its age and how often it was lent', async () => {
    const { pool, clock } = automatic({ max: 1 }, {}, { openMs: 5 });
    const events = record(pool);
    const first = pool.acquire();
    const second = pool.acquire();
    await clock.advance(5);
    await clock.advance(10);
    (await first).release();
    const lease = await second;
    await clock.advance(20);
    lease.discard('tired');
    await pool.close();
    await clock.settle();
    const connection = { connectionId: 1 };
    expect(events).toEqual([
      ['wait', { waiting: 1 }],
      ['wait', { waiting: 2 }],
      ['acquire', { ...connection, ageMs: 0, uses: 1, waitedMs: 5 }],
      ['open', { ...connection, ageMs: 0, uses: 1, durationMs: 5, attempt: 1 }],
      ['release', { ...connection, ageMs: 10, uses: 1, heldMs: 10 }],
      ['acquire', { ...connection, ageMs: 10, uses: 2, waitedMs: 15 }],
      ['release', { ...connection, ageMs: 30, uses: 2, heldMs: 20 }],
      ['discard', { ...connection, ageMs: 30, uses: 2, reason: 'tired' }],
      ['close', undefined],
    ]);
  });

  it('are told after the state has settled, never from inside a call', async () => {
    const { pool, clock } = automatic({ max: 1, min: 1 });
    await pool.ready();
    await clock.settle();
    let told = 0;
    pool.on('acquire', () => {
      told++;
      expect(pool.stats.leased).toBe(1);
    });
    const lease = pool.tryAcquire();
    expect(told).toBe(0);
    await clock.settle();
    expect(told).toBe(1);
    lease?.release();
  });

  it('a listener may do anything with the pool', async () => {
    const { pool, clock } = automatic({ max: 2, min: 1 });
    const done: string[] = [];
    pool.on('open', () => void pool.use(() => done.push('used')));
    pool.once('release', () => pool.recycle());
    pool.on('discard', ({ reason }) => {
      done.push(reason);
      void pool.close();
    });
    pool.on('close', () => done.push(pool.state));
    await clock.settle();
    expect(done.slice(0, 2)).toEqual(['used', 'recycled']);
    expect(done.at(-1)).toBe('closed');
  });

  it.each(['off', 'removeListener'] as const)('are not told any more after %s', async (call) => {
    const { pool, clock } = automatic({ max: 1 });
    const told: number[] = [];
    const listener = (): number => told.push(1);
    pool.on('acquire', listener);
    pool.addListener('acquire', () => told.push(2));
    (await pool.acquire()).release();
    pool[call]('acquire', listener);
    (await pool.acquire()).release();
    await clock.settle();
    expect(told).toEqual([1, 2, 2]);
    pool.removeAllListeners('acquire');
    (await pool.acquire()).release();
    await clock.settle();
    expect(told).toEqual([1, 2, 2]);
    expect(pool.hears.acquire).toBe(false);
  });

  it('are told once to a listener for once, also when it throws', async () => {
    const { pool, clock, faults } = automatic({ max: 1 });
    let told = 0;
    pool.once('acquire', () => {
      told++;
      throw new Error('once');
    });
    (await pool.acquire()).release();
    (await pool.acquire()).release();
    await clock.settle();
    expect(told).toBe(1);
    expect(faults).toMatchObject([{ where: "listener of 'acquire'", error: new Error('once') }]);
    expect(pool.hears.acquire).toBe(false);
  });

  it('say why a connection was closed, and the error if there was one', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 2 });
    await pool.ready();
    const events = record(pool);
    const error = new Error('ECONNRESET');
    connector.kill('c1', error);
    await clock.settle();
    expect(events[0]).toEqual(['discard', { connectionId: 1, ageMs: 0, uses: 0, reason: 'broken', error }]);
    pool.recycle();
    await clock.settle();
    const recycled = events.filter(([name]) => name === 'discard')[1]?.[1];
    expect(recycled).toEqual({ connectionId: 2, ageMs: 0, uses: 0, reason: 'recycled' });
    expect(recycled).not.toHaveProperty('error');
  });
});

describe('statistics', () => {
  it('count everybody who asked, by how it ended', async () => {
    const { pool, clock } = automatic({ max: 1, maxWaiting: 3 }, {}, { openMs: 10 });
    const controller = new AbortController();
    const waits = [
      watch(pool.acquire()),
      watch(pool.acquire({ timeoutMs: 5 })),
      watch(pool.acquire({ signal: controller.signal })),
      watch(pool.acquire()),
      watch(pool.acquire({ timeoutMs: 0 })),
    ];
    controller.abort();
    waits.push(watch(pool.acquire()));
    expect(pool.stats).toMatchObject({ waiting: 3, opening: 1, totals: { asked: 6, aborted: 1, refused: 2 } });
    await clock.advance(30);
    expect(pool.stats).toMatchObject({
      waiting: 1,
      leased: 1,
      totals: { asked: 6, acquired: 1, waited: 1, waitedMs: 10, timedOut: 1, aborted: 1, refused: 2 },
    });
    waits[0]?.value?.release();
    await clock.settle();
    expect(pool.stats.totals).toMatchObject({ acquired: 2, waited: 2, waitedMs: 40, leasedMs: 20 });
  });

  it('tell those who waited from those who did not', async () => {
    const { pool } = automatic({ max: 1, min: 1 });
    await pool.ready();
    (await pool.acquire()).release();
    (await pool.acquire({})).release();
    pool.tryAcquire()?.release();
    await pool.use(() => {});
    expect(pool.stats.totals).toMatchObject({ asked: 4, acquired: 4, waited: 0, waitedMs: 0 });
  });

  it('sum how long leases were held, however they ended', async () => {
    const { pool, clock } = automatic({ max: 1 });
    for (const end of ['release', 'discard', 'detach'] as const) {
      const lease = await pool.acquire();
      await clock.advance(10);
      lease[end]();
    }
    expect(pool.stats.totals.leasedMs).toBe(30);
  });

  it('give the gauges of every state, and never lose a connection between two', async () => {
    const finish: (() => void)[] = [];
    const step = (): Promise<void> => new Promise((resolve) => finish.push(resolve));
    const { pool, clock } = automatic({ max: 1, pingAfterIdleMs: 10 }, { ping: step, reset: step, close: step }, { openMs: 10 });
    const gauges = (): Record<string, number> => {
      const { opening, idle, checking, leased, resetting, closing } = pool.stats;
      return Object.fromEntries(
        Object.entries({ opening, idle, checking, leased, resetting, closing }).filter(([, count]) => count > 0),
      );
    };
    const lease = pool.acquire();
    await clock.settle();
    expect(gauges()).toEqual({ opening: 1 });
    await clock.advance(10);
    expect(gauges()).toEqual({ leased: 1 });
    (await lease).release();
    await clock.settle();
    expect(gauges()).toEqual({ resetting: 1 });
    finish.shift()?.();
    await clock.settle();
    expect(gauges()).toEqual({ idle: 1 });
    await clock.advance(10);
    const waiter = pool.acquire();
    await clock.settle();
    expect(gauges()).toEqual({ checking: 1 });
    finish.shift()?.();
    await clock.settle();
    (await waiter).discard();
    await clock.settle();
    expect(gauges()).toEqual({ closing: 1 });
    finish.shift()?.();
    await clock.settle();
    expect(gauges()).toEqual({});
    expect(pool.stats.totals).toMatchObject({ opened: 1, closed: { discarded: 1 } });
  });

  it('have totals that only grow', async () => {
    const { pool, clock, connector } = automatic({ max: 2, acquireTimeoutMs: 50 }, {}, { openMs: 3 });
    let before = pool.stats.totals;
    const grown = (): void => {
      const { closed, ...now } = pool.stats.totals;
      for (const [name, total] of Object.entries(now)) expect(total, name).toBeGreaterThanOrEqual(before[name as 'acquired']);
      for (const [reason, count] of Object.entries(before.closed)) expect(closed[reason]).toBeGreaterThanOrEqual(count);
      before = pool.stats.totals;
    };
    for (let round = 0; round < 30; round++) {
      watch(
        pool.use(
          async (_, { lease }) => {
            if (round % 3 === 0) lease.requeue({ onLease: (next) => next.release(), onRefused: () => {} });
            grown();
          },
          { timeoutMs: 1 + (round % 7) },
        ),
      );
      if (round % 5 === 0) connector.failure = new Error('refused');
      if (round % 5 === 2) connector.failure = undefined;
      if (round % 11 === 0) pool.recycle();
      await clock.advance(4);
      grown();
      expectBooks(pool);
    }
    expect(pool.stats.totals.requeued).toBeGreaterThan(0);
  });

  it('are a snapshot', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const before = pool.stats;
    (await pool.acquire()).discard();
    await clock.settle();
    expect(before.totals).toMatchObject({ opened: 0, closed: {} });
    expect(pool.stats.totals).toMatchObject({ opened: 1, closed: { discarded: 1 } });
  });
});

describe('printing a pool', () => {
  it('says how it stands, and nothing it was given', async () => {
    const { pool, clock, connector } = scripted({ max: 3, min: 1, name: 'mail' });
    await clock.settle();
    expect(inspect(pool)).toBe("Pool 'mail' { open, min 1, max 3: 0 leased, 0 idle, 1 opening }");
    connector.fail(new Error('password hunter2 refused'));
    watch(pool.acquire());
    await clock.settle();
    expect(inspect(pool)).toBe("Pool 'mail' { open, min 1, max 3: 0 leased, 0 idle, 1 waiting, 1 failed opens in a row }");
    pool.suspend();
    expect(inspect(pool)).toContain('suspended');
  });
});
