import { afterEach, describe, expect, it, vi } from 'vitest';
import { automatic, watch } from './set-up.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an idle connection', () => {
  it('above min is closed when its time has passed since its last return', async () => {
    const { pool, clock, connector } = automatic({ max: 3, min: 1, idleTimeoutMs: 100 });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    await clock.advance(70);
    for (const lease of leases) lease.release();
    await clock.advance(99);
    expect(pool.stats.idle).toBe(3);
    await clock.advance(1);
    expect(pool.stats.idle).toBe(1);
    expect(connector.reasons).toEqual(['idle-timeout', 'idle-timeout']);
    await clock.advance(10_000);
    expect(pool.stats.idle).toBe(1);
    expect(connector.opens).toBe(3);
  });

  it('that was never used counts from its opening', async () => {
    const { pool, clock } = automatic({ max: 2, idleTimeoutMs: 100 });
    await pool.ready();
    await clock.advance(99);
    expect(pool.stats.idle).toBe(1);
    await clock.advance(1);
    expect(pool.stats.idle).toBe(0);
  });

  it('is closed at once with a limit of 0, without a busy loop for those that min keeps', async () => {
    const { pool, clock, timers } = automatic({ max: 2, min: 1, idleTimeoutMs: 0 });
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    for (const lease of leases) lease.release();
    await clock.advance(0);
    expect(pool.stats.idle).toBe(1);
    let armed = 0;
    const { schedule } = timers;
    timers.schedule = (...args) => {
      armed++;
      return schedule.apply(timers, args);
    };
    await clock.advance(10_000);
    expect(armed).toBeLessThanOrEqual(12);
  });

  it('is kept for ever with a limit of Infinity', async () => {
    const { pool, clock } = automatic({ max: 2, idleTimeoutMs: Infinity });
    (await pool.acquire()).release();
    await clock.advance(1e12);
    expect(pool.stats.idle).toBe(1);
  });

  it('that was lent past its age limit check is still closed in time afterwards', async () => {
    const { pool, clock, connector } = automatic({ max: 1, idleTimeoutMs: 100, maxLifetimeMs: 1_000_000 });
    (await pool.acquire()).release();
    await clock.advance(50);
    const lease = await pool.acquire();
    await clock.advance(100);
    lease.release();
    await clock.advance(100);
    expect(connector.reasons).toEqual(['idle-timeout']);
  });
});

describe('a lifetime', () => {
  it('ends a connection on its own, shortened by up to a tenth', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const { pool, clock, connector } = automatic({ max: 2, min: 1, maxLifetimeMs: 1000 });
    await pool.ready();
    random.mockReturnValue(0);
    for (const lease of await Promise.all([pool.acquire(), pool.acquire()])) lease.release();
    await clock.advance(899);
    expect(connector.closed).toEqual([]);
    await clock.advance(2);
    expect(connector.closed).toEqual(['c1']);
    await clock.advance(98);
    expect(connector.closed).toEqual(['c1']);
    await clock.advance(1);
    expect(connector.closed).toEqual(['c1', 'c2']);
    expect(connector.reasons).toEqual(['max-lifetime', 'max-lifetime']);
    // min is restored.
    expect(pool.stats.idle).toBe(1);
  });

  it('does not end all connections that were opened together at one time', async () => {
    const { pool, clock, connector } = automatic({ max: 20, min: 20, maxLifetimeMs: 1000, idleTimeoutMs: Infinity });
    const endedAt = new Set<number>();
    pool.on('discard', () => endedAt.add(clock.now()));
    await clock.advance(1000);
    expect(connector.closed).toHaveLength(20);
    expect(endedAt.size).toBeGreaterThan(15);
    for (const at of endedAt) expect(at).toBeGreaterThanOrEqual(900);
  });

  it('does not interrupt a lease', async () => {
    const { pool, clock, connector } = automatic({ max: 1, maxLifetimeMs: 1000 });
    const lease = await pool.acquire();
    await clock.advance(5000);
    expect(lease.active).toBe(true);
    expect(connector.closed).toEqual([]);
    lease.release();
    await clock.advance(0);
    expect(connector.reasons).toEqual(['max-lifetime']);
  });

  it('that is over is noticed before the connection is lent again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { pool, clock } = automatic({ max: 1, maxLifetimeMs: 1000 });
    let lent: string | undefined;
    // In the same moment as the end of the lifetime, before the pool's timer.
    clock.schedule(() => {
      expect(pool.stats.idle).toBe(1);
      lent = pool.tryAcquire()?.value;
    }, 1000);
    (await pool.acquire()).release();
    await clock.advance(1000);
    expect(lent).toBeUndefined();
    expect((await pool.acquire()).value).toBe('c2');
  });
});

describe('a lease that is held for long', () => {
  it('is reported once, with who has it', async () => {
    const { pool, clock } = automatic({ max: 2, leakAfterMs: 100 });
    const leaks: unknown[] = [];
    pool.on('leak', (event) => leaks.push(event));
    const lease = await pool.acquire({ label: 'report' });
    await clock.advance(99);
    expect(leaks).toEqual([]);
    await clock.advance(1);
    expect(leaks).toMatchObject([{ connectionId: 1, ageMs: 100, uses: 1, heldMs: 100, label: 'report', stack: undefined }]);
    await clock.advance(10_000);
    expect(leaks).toHaveLength(1);
    lease.release();
  });

  it('is reported with where it was acquired, once a first one was seen, however it was acquired', async () => {
    const { pool, clock } = automatic({ max: 5, leakAfterMs: 100 });
    const stacks: (string | undefined)[] = [];
    pool.on('leak', ({ stack }) => stacks.push(stack));
    const first = await pool.acquire();
    await clock.advance(100);
    const leases = [first, await pool.acquire(), pool.tryAcquire(), pool.request({ onLease: () => {}, onRefused: () => {} })];
    leases[1]?.release();
    leases.push(pool.tryAcquire(), await pool.acquire({ label: 'x' }));
    const inUse = pool.use(() => new Promise<void>((resolve) => clock.schedule(resolve, 200)));
    await clock.advance(100);
    expect(stacks[0]).toBeUndefined();
    expect(stacks.length).toBeGreaterThanOrEqual(4);
    for (const stack of stacks.slice(1)) expect(stack).toContain('timing.test.ts');
    await clock.advance(100);
    await inUse;
  });

  it('on purpose is not reported', async () => {
    const { pool, clock } = automatic({ max: 3, leakAfterMs: 100 });
    const leaks: unknown[] = [];
    pool.on('leak', ({ connectionId }) => leaks.push(connectionId));
    const waited = await pool.acquire({ longLived: true });
    (await pool.acquire()).release();
    const lease = await pool.acquire({ longLived: true });
    const other = await pool.acquire();
    await clock.advance(1000);
    expect(leaks).toEqual([3]);
    waited.release();
    lease.release();
    other.release();
    await pool.acquire();
    await clock.advance(1000);
    expect(leaks).toHaveLength(2);
  });

  it('is reported for each lease at its own time', async () => {
    const { pool, clock } = automatic({ max: 3, leakAfterMs: 100 });
    const leaks: unknown[] = [];
    pool.on('leak', ({ connectionId }) => leaks.push([connectionId, clock.now()]));
    const leases = [await pool.acquire()];
    await clock.advance(30);
    leases.push(await pool.acquire());
    await clock.advance(30);
    leases.push(await pool.acquire());
    leases[1]?.release();
    await clock.advance(1000);
    expect(leaks).toEqual([
      [1, 100],
      [3, 160],
    ]);
  });

  it('is never reported with Infinity', async () => {
    const { pool, clock, timers } = automatic({ max: 1, leakAfterMs: Infinity });
    const leaks: unknown[] = [];
    pool.on('leak', (event) => leaks.push(event));
    const lease = await pool.acquire();
    await clock.advance(1e12);
    expect(leaks).toEqual([]);
    expect(timers.pending).toBeLessThanOrEqual(1);
    lease.release();
  });
});

describe('the pool’s timer', () => {
  it('is one, whatever waits for time, and moves to what is due first', async () => {
    const { pool, clock, timers } = automatic({
      max: 3,
      min: 2,
      keepAlive: { intervalMs: 5000, ping: () => {} },
      maxLifetimeMs: 100_000,
    });
    await pool.ready();
    const waits = [300, 100, 200, 100].map((timeoutMs) => watch(pool.acquire({ timeoutMs })));
    waits.push(watch(pool.use(() => new Promise(() => {}), { timeoutMs: 50, workTimeoutMs: 250 })));
    const refusedAt: number[] = [];
    for (let step = 0; step < 40; step++) {
      await clock.advance(10);
      expect(timers.pending).toBe(1);
      refusedAt.push(waits.filter(({ state }) => state === 'rejected').length);
    }
    expect(timers.most).toBe(1);
    expect(waits.filter(({ state }) => state === 'fulfilled')).toHaveLength(3);
    expect(refusedAt.at(-1)).toBe(2);
  });

  it('keeps the process alive while somebody waits or the pool closes, and not otherwise', async () => {
    const { pool, clock, timers } = automatic({ max: 1, min: 1 });
    await pool.ready();
    await clock.settle();
    expect(timers).toMatchObject({ pending: 1, keepingAlive: 0 });
    const lease = await pool.acquire();
    await clock.settle();
    expect(timers.keepingAlive).toBe(0);
    const waiter = pool.acquire();
    await clock.settle();
    expect(timers.keepingAlive).toBe(1);
    lease.release();
    const next = await waiter;
    await clock.settle();
    expect(timers.keepingAlive).toBe(0);
    void pool.close();
    await clock.settle();
    expect(timers.keepingAlive).toBe(1);
    next.release();
    await clock.settle();
    expect(timers.pending).toBe(0);
  });

  it('is not needed while nothing can fall due', async () => {
    const { pool, clock, timers } = automatic({ max: 1, leakAfterMs: Infinity, idleTimeoutMs: Infinity });
    (await pool.acquire()).release();
    await clock.advance(60_000);
    expect(timers.pending).toBe(0);
  });
});
