import { afterEach, expect, it, vi } from 'vitest';
import type { Lease, PoolControl } from '../src/index.ts';
import { automatic, expectBooks, watch } from './set-up.ts';

// Any sequence of calls, answers, failures and moments, from a seed: what failed can be run again.

afterEach(() => {
  vi.restoreAllMocks();
});

/** Numbers from 0 up to 1 that look random (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
  'whatever is done in whatever order, the books are right (seed %d)',
  async (seed) => {
    const random = numbersFrom(seed);
    vi.spyOn(Math, 'random').mockImplementation(random);
    const below = (limit: number): number => Math.floor(random() * limit);
    const chance = (probability: number): boolean => random() < probability;
    const oops = (): void => {
      if (chance(0.02)) throw new Error('hook');
    };
    const slowly = async (): Promise<void> => {
      if (chance(0.3)) await new Promise<void>((resolve) => clock.schedule(resolve, below(60)));
      oops();
    };
    let control: PoolControl<string> | undefined;
    const { pool, clock, timers, connector } = automatic(
      {
        max: 4,
        min: below(3),
        priorities: 2,
        order: chance(0.5) ? 'lifo' : 'fifo',
        whenDown: chance(0.5) ? 'wait' : 'refuse',
        maxWaiting: chance(0.5) ? 6 : Infinity,
        maxUses: chance(0.5) ? 7 : Infinity,
        maxLifetimeMs: chance(0.5) ? 400 : Infinity,
        idleTimeoutMs: 150,
        acquireTimeoutMs: 120,
        openTimeoutMs: 50,
        pingTimeoutMs: 40,
        resetTimeoutMs: 40,
        closeTimeoutMs: 40,
        leakAfterMs: 100,
        pingAfterIdleMs: chance(0.5) ? 60 : Infinity,
        keepAlive: { intervalMs: 90 },
        openBackoff: (attempt) => Math.min(100, attempt * 10),
        init: slowly,
      },
      {
        ping: slowly,
        ...(chance(0.5) ? { reset: slowly } : {}),
        isAlive: () => !chance(0.02),
        isClean: () => !chance(0.02),
        tag: (connection) => (connection.endsWith('1') ? 'one' : undefined),
        onIdle: oops,
        onLend: oops,
        attach: (given) => {
          control = given;
          return () => {};
        },
      },
      { openMs: 8 },
    );
    connector.closeMs = 5;

    const leases = new Set<Lease<string>>();
    let outcomes: ReturnType<typeof watch<unknown>>[] = [];
    let controller = new AbortController();
    let asked = 0;
    const hold = (lease: Lease<string>): void => {
      const { value } = lease;
      // Nobody else holds it; one that was taken back by force, or ended, does not count.
      for (const other of leases) if (!other.active) leases.delete(other);
      for (const other of leases) expect(other.value).not.toBe(value);
      expect(connector.live.has(value)).toBe(true);
      leases.add(lease);
    };
    const anyLease = (): Lease<string> | undefined => [...leases].filter(({ active }) => active)[below(leases.size)];
    const anyConnection = (): string => [...connector.live][below(connector.live.size)] ?? 'none';
    const wishes = () => ({
      ...(chance(0.3) ? { timeoutMs: below(80) } : {}),
      ...(chance(0.3) ? { signal: controller.signal } : {}),
      ...(chance(0.3) ? { priority: below(2) } : {}),
      ...(chance(0.2) ? { prefer: ['one', undefined] } : {}),
      ...(chance(0.1) ? { longLived: true } : {}),
    });
    const callbacks = { onLease: hold, onRefused: oops };
    const acts: (() => void)[] = [
      () => {
        asked++;
        outcomes.push(watch(pool.acquire(wishes()).then(hold)));
      },
      () => {
        asked++;
        const lent = pool.request(callbacks, wishes());
        if (lent !== undefined) hold(lent);
      },
      () => {
        const lent = pool.tryAcquire();
        if (lent === undefined) return;
        asked++;
        hold(lent);
      },
      () => {
        asked++;
        const workTimeoutMs = 1 + below(60);
        const fails = chance(0.2);
        const ms = below(50);
        outcomes.push(
          watch(
            pool.use(
              async () => {
                await new Promise<void>((resolve) => clock.schedule(resolve, ms));
                if (fails) throw new Error('own business');
              },
              { ...wishes(), workTimeoutMs },
            ),
          ),
        );
      },
      () => anyLease()?.release(),
      () => anyLease()?.release(),
      () => anyLease()?.release(),
      () => anyLease()?.discard(),
      () => anyLease()?.requeue(callbacks),
      () => {
        if (chance(0.2)) anyLease()?.detach();
      },
      () => connector.kill(anyConnection(), new Error('reset')),
      () => {
        if (chance(0.2)) connector.killAll();
      },
      () => {
        connector.failure = chance(0.3) ? new Error('refused') : undefined;
      },
      () => {
        if (!chance(0.3)) return;
        controller.abort(new Error('left'));
        controller = new AbortController();
      },
      () => {
        const max = 1 + below(6);
        if (chance(0.2)) pool.resize({ max, min: below(max + 1) });
      },
      () => {
        if (chance(0.2)) pool.suspend();
        else pool.resume();
      },
      () => {
        if (chance(0.1)) pool.recycle();
      },
      () => control?.park(anyConnection(), below(100)),
      () => control?.retire(anyConnection(), 'rotated'),
      () => control?.expireAt(anyConnection(), clock.now() + below(100)),
      () => {
        if (chance(0.2)) control?.pause(below(60));
      },
      () => {
        if (chance(0.2)) control?.limit(below(6), below(100));
      },
      () => clock.sleep(chance(0.02) ? 60_000 : 0),
    ];

    for (let step = 0; step < 5000; step++) {
      acts[below(acts.length)]?.();
      if (chance(0.4)) await clock.advance(below(12));
      if (step % 10 === 0) {
        expectBooks(pool);
        expect(pool.stats.totals.asked).toBe(asked);
        expect(timers.pending).toBeLessThanOrEqual(1);
        outcomes = outcomes.filter(({ state }) => state === 'pending');
      }
      // Nobody's work lasts for ever.
      if (leases.size > 8) for (const lease of leases) lease[Symbol.dispose]();
    }

    pool.resume();
    connector.failure = undefined;
    pool.resize({ min: 1, max: 4 });
    for (const lease of leases) lease[Symbol.dispose]();
    await clock.advance(500);
    for (const lease of leases) lease[Symbol.dispose]();
    await clock.advance(500);
    expect(outcomes.filter(({ state }) => state === 'pending')).toEqual([]);
    expect(pool.stats).toMatchObject({ waiting: 0, leased: 0, totals: { asked } });
    expectBooks(pool);
    vi.restoreAllMocks();
    const closing = watch(pool.close());
    await clock.advance(200);
    expect(closing.state).toBe('fulfilled');
    expect(connector.live.size).toBe(pool.stats.totals.detached + pool.stats.totals.abandoned);
  },
  60_000,
);
