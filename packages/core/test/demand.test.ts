import { describe, expect, it } from 'vitest';
import { automatic, passing, scripted, watch } from './set-up.ts';

describe('how many connections are opened', () => {
  it('as many as a burst on a cold pool needs, at once', async () => {
    const { pool, clock, connector } = scripted({ max: 10 });
    for (let caller = 0; caller < 7; caller++) watch(pool.acquire());
    await clock.settle();
    expect(connector.opening).toBe(7);
    for (let caller = 0; caller < 7; caller++) watch(pool.acquire());
    await clock.settle();
    expect(connector.opening).toBe(10);
  });

  it('none, when warm ones come back sooner than an opening would take', async () => {
    const { pool, clock, connector } = automatic({ max: 50 }, {}, { openMs: 150 });
    const first = Array.from({ length: 5 }, () => pool.acquire());
    await clock.advance(150);
    for (const lease of await Promise.all(first)) lease.release();
    const request = () => pool.use(() => passing(clock, 2));
    // The pool has seen how long its callers hold a connection.
    for (let round = 0; round < 8; round++) {
      const warm = Array.from({ length: 5 }, request);
      await clock.advance(2);
      await Promise.all(warm);
    }
    const waits: number[] = [];
    pool.on('acquire', ({ waitedMs }) => waits.push(waitedMs));
    const requests = Array.from({ length: 50 }, request);
    await clock.advance(20);
    await Promise.all(requests);
    expect(connector.opens).toBe(5);
    expect(waits).toHaveLength(50);
    expect(Math.max(...waits)).toBeLessThanOrEqual(18);
  });

  it('one for a waiter whom the returns have not served for the time an opening takes', async () => {
    const { pool, clock, connector } = automatic({ max: 2 }, {}, { openMs: 100 });
    const opening = pool.acquire();
    await clock.advance(100);
    (await opening).release();
    // The average hold becomes 50 ms, so that a lease is expected back for 200 ms.
    for (let use = 0; use < 60; use++) {
      const work = pool.use(() => passing(clock, 50));
      await clock.advance(50);
      await work;
    }
    const held = await pool.acquire();
    const waiter = watch(pool.acquire());
    await clock.advance(99);
    expect(connector.opens).toBe(1);
    await clock.advance(1);
    expect(connector.opens).toBe(2);
    await clock.advance(100);
    expect(waiter.value?.value).toBe('c2');
    held.release();
  });

  it('one, as soon as the leases are older than what comes back soon', async () => {
    const { pool, clock, connector } = automatic({ max: 2 }, {}, { openMs: 1000 });
    const opening = pool.acquire();
    await clock.advance(1000);
    (await opening).release();
    // The average hold becomes 10 ms.
    for (let use = 0; use < 60; use++) {
      const work = pool.use(() => passing(clock, 10));
      await clock.advance(10);
      await work;
    }
    const held = await pool.acquire();
    watch(pool.acquire());
    await clock.advance(30);
    expect(connector.opens).toBe(1);
    await clock.advance(11);
    expect(connector.opens).toBe(2);
    held.release();
  });

  it('one at once, when the only lease is held for long on purpose', async () => {
    const { pool, clock, connector } = automatic({ max: 2 }, {}, { openMs: 100 });
    const opening = pool.acquire();
    await clock.advance(100);
    (await opening).release();
    const held = await pool.acquire({ longLived: true });
    watch(pool.acquire());
    await clock.settle();
    expect(connector.opens).toBe(2);
    held.release();
  });

  it('that a lease is held for long on purpose holds also for one that had to wait', async () => {
    const { pool, clock, connector } = automatic({ max: 2 }, {}, { openMs: 100 });
    const opening = pool.acquire();
    await clock.advance(100);
    const first = await opening;
    pool.suspend();
    const longLived = watch(pool.acquire({ longLived: true }));
    first.release();
    pool.resume();
    await clock.settle();
    expect(longLived.state).toBe('fulfilled');
    watch(pool.acquire());
    await clock.settle();
    expect(connector.opens).toBe(2);
  });

  it('long holds on purpose do not count in how long callers hold', async () => {
    const { pool, clock, connector } = automatic({ max: 2 }, {}, { openMs: 100 });
    const opening = pool.acquire();
    await clock.advance(100);
    (await opening).release();
    const held = await pool.acquire({ longLived: true });
    await clock.advance(10_000);
    held.release();
    const busy = await pool.acquire();
    watch(pool.acquire());
    await clock.settle();
    // Returns are still expected sooner than an opening.
    expect(connector.opens).toBe(1);
    busy.release();
  });

  it('never more than max, whatever is on its way out', async () => {
    const { pool, clock, connector } = automatic({ max: 2 });
    connector.closeMs = 200;
    const served: string[] = [];
    const waits = Array.from({ length: 10 }, async () => {
      const lease = await pool.acquire();
      served.push(lease.value);
      lease.discard();
    });
    for (let step = 0; step < 100; step++) {
      await clock.advance(20);
      expect(connector.live.size).toBeLessThanOrEqual(2);
    }
    await Promise.all(waits);
    expect(served).toHaveLength(10);
    expect(connector.mostLive).toBe(2);
  });

  it('no more than min and callers together ask for, while min is still being filled', async () => {
    const { pool, clock, connector } = scripted({ max: 5, min: 5 });
    await clock.settle();
    const waits = Array.from({ length: 5 }, () => watch(pool.acquire()));
    await clock.settle();
    expect(connector.opens).toBe(5);
    for (const name of ['a', 'b', 'c', 'd', 'e']) connector.succeed(name);
    await clock.settle();
    expect(waits.map(({ state }) => state)).toEqual(Array(5).fill('fulfilled'));
    expect(connector.opens).toBe(5);
  });

  it('one for each connection lost below min, without anybody asking', async () => {
    const { pool, clock, connector } = automatic({ max: 4, min: 3 });
    await pool.ready();
    await clock.settle();
    connector.kill('c2');
    await clock.settle();
    expect(connector.opens).toBe(4);
    expect(pool.stats.idle).toBe(3);
  });
});

describe('an endpoint that fails is probed', () => {
  it('min is reached after failures by itself, with no traffic', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 2, openBackoff: () => 100 });
    connector.failure = new Error('refused');
    await clock.advance(350);
    expect(pool.stats.idle).toBe(0);
    connector.failure = undefined;
    await clock.advance(100);
    expect(pool.stats.idle).toBe(2);
  });

  it('one opening at a time, each no sooner than the backoff after the failure before', async () => {
    const { pool, clock, connector } = automatic(
      { max: 5, openBackoff: (attempt) => attempt * 100, acquireTimeoutMs: 10_000 },
      {},
      { openMs: 10 },
    );
    connector.failure = new Error('refused');
    const waits = Array.from({ length: 5 }, () => watch(pool.acquire()));
    await clock.advance(1200);
    // Five that began together are one attempt.
    expect(connector.openedAt).toEqual([0, 0, 0, 0, 0, 110, 320, 630, 1040]);
    expect(connector.attempts).toEqual([1, 1, 1, 1, 1, 2, 3, 4, 5]);
    expect(pool.stats.consecutiveFailures).toBe(5);
    connector.failure = undefined;
    await clock.advance(1000);
    expect(waits.every(({ state }) => state === 'fulfilled')).toBe(true);
    expect(pool.stats.consecutiveFailures).toBe(0);
  });

  it('after the first success twice as many, until the number limits no more', async () => {
    const { pool, clock, connector } = automatic({ max: 20, min: 20, openBackoff: () => 100 }, {}, { openMs: 10 });
    connector.failure = new Error('refused');
    await clock.advance(10);
    connector.failure = undefined;
    await clock.advance(1000);
    const starts = connector.openedAt.slice(20).map((at) => at - 110);
    expect(starts.filter((at) => at === 0)).toHaveLength(1);
    expect(starts.filter((at) => at === 10)).toHaveLength(2);
    expect(starts.filter((at) => at === 20)).toHaveLength(8);
    expect(pool.stats.idle).toBe(20);
    expect(connector.opens).toBe(40);
  });

  it('connections that break together are replaced one at a time first', async () => {
    const { pool, clock, connector } = automatic({ max: 20, min: 20 }, {}, { openMs: 10 });
    await clock.advance(10);
    expect(pool.stats.idle).toBe(20);
    connector.mostOpening = 0;
    connector.failure = new Error('refused');
    connector.killAll();
    await clock.settle();
    // The first death was one like any other; the second was not.
    expect(connector.mostOpening).toBeLessThanOrEqual(2);
    const before = connector.opens;
    await clock.advance(2000);
    const attempts = connector.opens - before;
    expect(attempts).toBeGreaterThan(1);
    expect(attempts).toBeLessThan(12);
    connector.failure = undefined;
    await clock.advance(30_000);
    expect(pool.stats.idle).toBe(20);
  });

  describe('after connections have broken together', () => {
    /** Twenty that were used together, some of them again later. All break. */
    async function broken({ used = 20, usedAgain = 0, lent = 0, idleMs = 5000, againMs = 1000, callers = 20 }) {
      const all = automatic({ max: 20, min: 20 }, {}, { openMs: 10 });
      const { pool, clock, connector } = all;
      await clock.advance(10);
      pool.resize({ min: 0 });
      const crowd = Array.from({ length: used }, () => pool.use(() => passing(clock, 100)));
      await clock.advance(100);
      await Promise.all(crowd);
      await clock.advance(againMs);
      for (const lease of Array.from({ length: usedAgain }, () => pool.tryAcquire())) lease?.release();
      await clock.advance(idleMs - againMs);
      for (let count = lent; count > 0; count--) pool.tryAcquire();
      connector.killAll();
      await clock.settle();
      for (let caller = 0; caller < callers; caller++) watch(pool.acquire());
      await clock.settle();
      return all;
    }

    it.each([500, 5000])(
      'all that callers need are opened at once, if all had idled for %i ms: a peer that closes them is well',
      async (idleMs) => {
        const { connector } = await broken({ idleMs, againMs: 0 });
        expect(connector.opening).toBe(20);
      },
    );

    it('one is opened first while nobody waits, also if all had idled for as long', async () => {
      const { pool, clock, connector } = await broken({ callers: 0, againMs: 0 });
      pool.resize({ min: 20 });
      await clock.settle();
      expect(connector.opening).toBe(1);
      await clock.advance(10);
      expect(connector.opening).toBe(2);
    });

    it.each([
      ['one of them was lent', { lent: 1 }],
      ['one of them had idled for shorter', { usedAgain: 1 }],
      ['they had hardly idled', { idleMs: 499, againMs: 0 }],
      ['they had never been used', { used: 0 }],
    ])('only one is opened first, if %s', async (_, how) => {
      const { connector, clock } = await broken(how);
      expect(connector.opening).toBe(1);
      await clock.advance(10);
      expect(connector.opening).toBe(2);
    });
  });

  it('the times of the tries are spread by the default backoff', async () => {
    const times = new Set<number>();
    for (let pool = 0; pool < 10; pool++) {
      const { clock, connector } = automatic({ min: 1 });
      connector.failure = new Error('refused');
      await clock.advance(200);
      const second = connector.openedAt[1] as number;
      expect(second).toBeGreaterThanOrEqual(50);
      expect(second).toBeLessThanOrEqual(100);
      times.add(second);
    }
    expect(times.size).toBeGreaterThan(5);
  });

  it('one that takes connections and breaks them at once is not stormed', async () => {
    const { pool, clock, connector } = automatic({ max: 5, min: 5, openBackoff: (attempt) => attempt * 100 }, {}, { openMs: 1 });
    pool.on('open', () => {
      connector.killAll(new Error('reset'));
    });
    await clock.advance(2000);
    expect(connector.opens).toBeLessThan(30);
  });

  it('one whose connections are never alive is not stormed, and its callers are told in time', async () => {
    const { pool, clock, connector } = automatic(
      { max: 5, openBackoff: (attempt) => attempt * 100, acquireTimeoutMs: 2000 },
      { isAlive: () => false },
      { openMs: 1 },
    );
    const waiter = watch(pool.acquire());
    await clock.advance(2000);
    expect(waiter.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    expect(connector.opens).toBeLessThan(30);
  });
});
