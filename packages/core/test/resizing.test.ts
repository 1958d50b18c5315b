import { describe, expect, it } from 'vitest';
import { automatic, scripted, watch } from './set-up.ts';

describe('resizing', () => {
  it('to more serves those who wait at once, also while others are opening', async () => {
    const { pool, clock, connector } = scripted({ max: 1 });
    const waiters = [watch(pool.acquire()), watch(pool.acquire()), watch(pool.acquire())];
    await clock.settle();
    expect(connector.opening).toBe(1);
    pool.resize({ max: 3 });
    await clock.settle();
    expect(connector.opening).toBe(3);
    for (const name of ['a', 'b', 'c']) connector.succeed(name);
    await clock.settle();
    expect(new Set(waiters.map(({ value }) => value?.value))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('to a higher min opens at once, without anybody asking', async () => {
    const { pool, clock } = automatic({ max: 5 });
    pool.resize({ min: 3 });
    await clock.settle();
    expect(pool.stats).toMatchObject({ idle: 3, min: 3, max: 5 });
  });

  it('to less is in force at once: idle ones go now, the longest unused first, leased ones on return', async () => {
    const { pool, clock, connector } = automatic({ max: 4 });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire(), pool.acquire()]);
    leases[1]?.release();
    leases[0]?.release();
    pool.resize({ max: 3 });
    await clock.settle();
    expect(connector.closed).toEqual(['c2']);
    pool.resize({ max: 1 });
    await clock.settle();
    expect(connector.closed).toEqual(['c2', 'c1']);
    const waiter = watch(pool.acquire());
    leases[2]?.release();
    await clock.settle();
    expect(connector.closed).toEqual(['c2', 'c1', 'c3']);
    expect(waiter.state).toBe('pending');
    leases[3]?.release();
    await clock.settle();
    expect(waiter.value?.value).toBe('c4');
    expect(connector.reasons).toEqual(['resized', 'resized', 'resized']);
    expect(connector.opens).toBe(4);
  });

  it('to less closes what was opening when it arrives', async () => {
    const { pool, clock, connector } = scripted({ max: 3, min: 3 });
    await clock.settle();
    pool.resize({ min: 1, max: 1 });
    for (const name of ['a', 'b', 'c']) connector.succeed(name);
    await clock.settle();
    expect(pool.stats.idle).toBe(1);
    expect(connector.reasons).toEqual(['resized', 'resized']);
    expect(connector.opens).toBe(3);
  });

  it('to less and back to more leaves the leases there are alone', async () => {
    const { pool, clock, connector } = automatic({ max: 2 });
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    pool.resize({ max: 1 });
    pool.resize({ max: 2 });
    for (const lease of leases) lease.release();
    await clock.settle();
    expect(connector.closed).toEqual([]);
    expect(pool.stats.idle).toBe(2);
  });

  it('to a lower min lets idle ones age out', async () => {
    const { pool, clock } = automatic({ max: 2, min: 2, idleTimeoutMs: 100 });
    await clock.advance(1000);
    expect(pool.stats.idle).toBe(2);
    pool.resize({ min: 0 });
    await clock.advance(100);
    expect(pool.stats.idle).toBe(0);
  });

  it.each([
    [{ max: 1 }, 'min must be at most max (1), not 2'],
    [{ min: 5 }, 'min must be at most max (4), not 5'],
    [{ min: 3, max: 2 }, 'min must be at most max (2), not 3'],
    [{ max: 0 }, "option 'max' must be an integer >= 1, not 0"],
    [{ max: 2.5 }, "option 'max' must be an integer >= 1, not 2.5"],
    [{ max: Infinity }, "option 'max' must be an integer >= 1, not Infinity"],
    [{ min: -1 }, "option 'min' must be an integer >= 0, not -1"],
  ])('to %j throws and changes nothing', (limits, message) => {
    const { pool } = automatic({ max: 4, min: 2 });
    expect(() => pool.resize(limits)).toThrow(message);
    expect(pool.stats).toMatchObject({ min: 2, max: 4 });
  });

  it('never lets two hold one connection, nor more be live than there may be', async () => {
    const { pool, clock, connector } = automatic({ max: 5 });
    connector.closeMs = 7;
    const inUse = new Set<string>();
    let limit = 5;
    let served = 0;
    const callers = Array.from({ length: 200 }, (_, index) =>
      pool.use(async (connection) => {
        expect(inUse.has(connection)).toBe(false);
        inUse.add(connection);
        await new Promise<void>((resolve) => clock.schedule(resolve, 1 + (index % 5)));
        inUse.delete(connection);
        served++;
      }),
    );
    for (const max of [2, 8, 1, 3, 6, 1, 10]) {
      pool.resize({ max });
      connector.mostLive = 0;
      limit = Math.max(limit, max);
      await clock.advance(13);
      expect(connector.mostLive).toBeLessThanOrEqual(limit);
      limit = max;
      await clock.advance(20);
    }
    await clock.advance(1000);
    await Promise.all(callers);
    expect(served).toBe(200);
  });
});
