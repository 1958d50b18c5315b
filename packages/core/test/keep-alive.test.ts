import { afterEach, describe, expect, it, vi } from 'vitest';
import { automatic, watch } from './set-up.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A pool that notes when it pings which connection. */
function pinging(options: Parameters<typeof automatic>[0], answer: () => void | Promise<void> = () => {}) {
  const pings: [string, number][] = [];
  const all = automatic(options, {
    ping: (connection) => {
      pings.push([connection, all.clock.now()]);
      return answer();
    },
  });
  return { ...all, pings };
}

describe('keep-alive', () => {
  it('pings every idle connection, again and again, no later than its interval', async () => {
    const { clock, pings } = pinging({ max: 3, min: 3, keepAlive: { intervalMs: 1000 } });
    await clock.advance(10_000);
    for (const name of ['c1', 'c2', 'c3']) {
      const times = [0, ...pings.filter(([connection]) => connection === name).map(([, at]) => at)];
      expect(times.length).toBeGreaterThan(10);
      for (const [index, at] of times.entries()) expect(at - (times[index - 1] ?? 0)).toBeLessThanOrEqual(1000);
    }
  });

  it('spreads the pings of connections that were opened together', async () => {
    const { clock, pings } = pinging({ max: 20, min: 20, keepAlive: { intervalMs: 1000 } });
    await clock.advance(900);
    expect(new Set(pings.map(([connection]) => connection)).size).toBe(20);
    const perTenth = Array.from({ length: 10 }, (_, tenth) => pings.filter(([, at]) => Math.floor(at / 100) === tenth).length);
    expect(Math.max(...perTenth)).toBeLessThan(12);
    expect(new Set(pings.map(([, at]) => at)).size).toBeGreaterThan(15);
  });

  it('counts from the last use', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const { pool, clock, pings } = pinging({ max: 1, min: 1, keepAlive: { intervalMs: 1000 } });
    await pool.ready();
    for (let round = 0; round < 10; round++) {
      await clock.advance(500);
      (await pool.acquire()).release();
    }
    expect(pings).toEqual([]);
    await clock.advance(1000);
    expect(pings).toHaveLength(1);
  });

  it('uses its own ping rather than the connector’s', async () => {
    const own: string[] = [];
    const { pool, clock, pings } = pinging({
      min: 1,
      keepAlive: { intervalMs: 100, ping: (connection) => void own.push(connection) },
    });
    await clock.advance(100);
    expect(own).toEqual(['c1']);
    expect(pings).toEqual([]);
    expect(pool.stats.idle).toBe(1);
  });

  it('replaces a connection that does not answer', async () => {
    let failing = true;
    const { pool, clock, connector } = pinging({ min: 1, keepAlive: { intervalMs: 100 } }, () => {
      if (failing) throw new Error('no answer');
    });
    await clock.advance(50);
    failing = true;
    await clock.advance(50);
    failing = false;
    await clock.advance(500);
    expect(connector.reasons).toContain('ping-failed');
    expect(pool.stats.idle).toBe(1);
  });

  it('does not make a connection young: one that only pings is closed when it has idled too long', async () => {
    const { pool, clock, connector } = pinging({ max: 2, min: 1, keepAlive: { intervalMs: 100 }, idleTimeoutMs: 1000 });
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    for (const lease of leases) lease.release();
    await clock.advance(1100);
    expect(connector.reasons).toEqual(['idle-timeout']);
    expect(pool.stats.idle).toBe(1);
  });

  it('does not make a connection the next to be lent', async () => {
    vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0).mockReturnValue(0.999);
    const { pool, clock, pings } = pinging({ max: 2, min: 2, keepAlive: { intervalMs: 1000 } });
    await pool.ready();
    await clock.advance(200);
    expect(pings.map(([connection]) => connection)).toEqual(['c1']);
    expect((await pool.acquire()).value).toBe('c2');
  });

  it('lends the connection to whoever came while it was pinged, as soon as it answers', async () => {
    let answer = (): void => {};
    const { pool, clock, connector } = pinging(
      { max: 1, min: 1, keepAlive: { intervalMs: 100 } },
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await clock.advance(100);
    expect(pool.stats.checking).toBe(1);
    expect(pool.tryAcquire()).toBeUndefined();
    const waiter = watch(pool.acquire());
    await clock.settle();
    expect(waiter.state).toBe('pending');
    answer();
    await clock.settle();
    expect(waiter.value?.value).toBe('c1');
    expect(connector.opens).toBe(1);
  });

  it('that hangs ends with the limit of a ping, and costs that connection only', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const { pool, clock, connector } = pinging(
      { min: 1, max: 1, keepAlive: { intervalMs: 1000 }, pingTimeoutMs: 50 },
      () => new Promise(() => {}),
    );
    await clock.advance(1000);
    expect(connector.reasons).toEqual(['ping-failed']);
    expect(pool.stats.idle + pool.stats.checking).toBe(1);
  });

  it('does not keep a caller longer than an opening takes, when another may be opened', async () => {
    const { pool, clock } = automatic(
      { max: 2, min: 1, keepAlive: { intervalMs: 100 }, pingTimeoutMs: 5000 },
      { ping: () => new Promise(() => {}) },
      { openMs: 20 },
    );
    await clock.advance(120);
    expect(pool.stats.checking).toBe(1);
    const waiter = watch(pool.acquire());
    await clock.advance(40);
    expect(waiter.value?.value).toBe('c2');
  });

  it('goes on while the pool is suspended', async () => {
    const { pool, clock, pings } = pinging({ min: 1, keepAlive: { intervalMs: 100 } });
    await pool.ready();
    pool.suspend();
    await clock.advance(1000);
    expect(pings.length).toBeGreaterThanOrEqual(10);
    expect(pool.stats.idle).toBe(1);
  });

  it('leaves a lent connection alone', async () => {
    const { pool, clock, pings } = pinging({ max: 1, keepAlive: { intervalMs: 100 } });
    const lease = await pool.acquire();
    await clock.advance(1000);
    expect(pings).toEqual([]);
    lease.release();
    await clock.advance(100);
    expect(pings).toHaveLength(1);
  });

  it('and a lifetime that ends during the ping: the connection is replaced, and time goes on', async () => {
    let answer = (): void => {};
    const { pool, clock, connector } = pinging(
      { min: 1, max: 1, keepAlive: { intervalMs: 800 }, maxLifetimeMs: 1000, pingTimeoutMs: 100_000 },
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await clock.advance(800);
    expect(pool.stats.checking).toBe(1);
    await clock.advance(1000);
    answer();
    await clock.settle();
    expect(connector.reasons).toEqual(['max-lifetime']);
    expect(pool.stats.idle).toBe(1);
  });
});
