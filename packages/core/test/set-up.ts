import { afterEach, expect } from 'vitest';
import {
  type Alarm,
  type Clock,
  type CloseContext,
  type Connector,
  type OpenContext,
  Pool,
  type PoolEvents,
  type PoolOptions,
} from '../src/index.ts';
import { FakeClock, ScriptedConnector } from '../testing/index.ts';

export type Options = Partial<PoolOptions<string>>;
export type Hooks = Partial<Connector<string>>;

/** The pool's view of the fake clock: what else waits on that clock is not counted. */
export class PoolClock implements Clock {
  readonly #clock: FakeClock;
  /** Timers the pool has armed now, and the most it ever had. */
  pending = 0;
  most = 0;
  /** Of those armed now, the ones that would keep the process alive. */
  keepingAlive = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wall(): number {
    return this.#clock.wall();
  }

  schedule(callback: () => void, delayMs: number, options?: { readonly keepAlive?: boolean }): Alarm {
    let armed = true;
    let keeping = false;
    const keep = (wanted: boolean): void => {
      if (armed && wanted !== keeping) this.keepingAlive += wanted ? 1 : -1;
      keeping = wanted;
    };
    const disarm = (): void => {
      if (!armed) return;
      keep(false);
      armed = false;
      this.pending--;
    };
    this.pending++;
    this.most = Math.max(this.most, this.pending);
    keep(options?.keepAlive === true);
    const alarm = this.#clock.schedule(() => {
      disarm();
      callback();
    }, delayMs);
    return {
      keepAlive: keep,
      [Symbol.dispose]: () => {
        disarm();
        alarm[Symbol.dispose]();
      },
    };
  }
}

/** Opens by itself: c1, c2, c3 …, each after `openMs`. */
export class AutomaticConnector implements Connector<string> {
  readonly #clock: FakeClock;
  readonly openMs: number;
  /** Opens asked for so far, when each was, and which attempt. */
  opens = 0;
  readonly openedAt: number[] = [];
  readonly attempts: number[] = [];
  /** While set, opens fail with it. */
  failure: Error | undefined = undefined;
  /** How long a close takes. */
  closeMs = 0;
  /** Opened and not closed yet; and the most there ever were. */
  readonly live = new Set<string>();
  mostLive = 0;
  /** The most that were opening at once. */
  opening = 0;
  mostOpening = 0;
  readonly closed: string[] = [];
  readonly reasons: string[] = [];
  readonly #watchers = new Map<string, (error?: unknown) => void>();

  constructor(clock: FakeClock, openMs: number) {
    this.#clock = clock;
    this.openMs = openMs;
  }

  async open({ attempt }: OpenContext): Promise<string> {
    const connection = `c${++this.opens}`;
    this.openedAt.push(this.#clock.now());
    this.attempts.push(attempt);
    this.mostOpening = Math.max(this.mostOpening, ++this.opening);
    if (this.openMs > 0) await passing(this.#clock, this.openMs);
    this.opening--;
    if (this.failure !== undefined) throw this.failure;
    this.live.add(connection);
    this.mostLive = Math.max(this.mostLive, this.live.size);
    return connection;
  }

  async close(connection: string, { reason }: CloseContext): Promise<void> {
    if (this.closeMs > 0) await passing(this.#clock, this.closeMs);
    this.#gone(connection, reason);
  }

  destroy(connection: string): void {
    this.#gone(connection, 'destroyed');
  }

  watch(connection: string, onBroken: (error?: unknown) => void): () => void {
    this.#watchers.set(connection, onBroken);
    return () => {
      this.#watchers.delete(connection);
    };
  }

  get watched(): number {
    return this.#watchers.size;
  }

  kill(connection: string, error?: unknown): void {
    this.#watchers.get(connection)?.(error);
  }

  killAll(error?: unknown): void {
    for (const connection of [...this.live]) this.kill(connection, error);
  }

  #gone(connection: string, reason: string): void {
    if (!this.live.delete(connection)) return;
    this.closed.push(connection);
    this.reasons.push(reason);
  }
}

/** Resolves when so much time has passed on the clock. */
export function passing(clock: FakeClock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(resolve, ms);
  });
}

interface Made<C> {
  readonly clock: FakeClock;
  readonly timers: PoolClock;
  readonly connector: C;
  readonly pool: Pool<string>;
  /** What `fault` told so far. */
  readonly faults: PoolEvents['fault'][0][];
}

const made: Made<unknown>[] = [];
/** A lease that nobody has any more may be reclaimed at any time; those of the tests must not be. */
const held: unknown[] = [];

function holdLeases(pool: Pool<string>): void {
  const { acquire, request, tryAcquire } = pool;
  const hold = <L>(lease: L): L => {
    held.push(lease);
    return lease;
  };
  pool.acquire = (options) => {
    const acquiring = acquire.call(pool, options);
    acquiring.then(hold, () => {});
    return acquiring;
  };
  pool.tryAcquire = () => hold(tryAcquire.call(pool));
  pool.request = (callbacks, options) =>
    hold(
      request.call(
        pool,
        { onLease: (lease) => callbacks.onLease(hold(lease)), onRefused: (error) => callbacks.onRefused(error) },
        options,
      ),
    );
}

function make<C extends Connector<string>>(clock: FakeClock, connector: C, options: Options): Made<C> {
  const timers = new PoolClock(clock);
  const pool = new Pool<string>(connector, { max: 2, name: 'db', clock: timers, ...options });
  const faults: PoolEvents['fault'][0][] = [];
  pool.on('fault', (fault) => faults.push(fault));
  holdLeases(pool);
  rememberMax(pool);
  const all = { clock, timers, connector, pool, faults };
  made.push(all);
  return all;
}

/** A pool whose opens wait for the test to say how they end. */
export function scripted(options: Options = {}, hooks: Hooks = {}): Made<ScriptedConnector<string> & Hooks> {
  return make(new FakeClock(), Object.assign(new ScriptedConnector<string>(), hooks), options);
}

/** A pool whose opens succeed by themselves. */
export function automatic(
  options: Options = {},
  hooks: Hooks = {},
  { openMs = 0 }: { readonly openMs?: number } = {},
): Made<AutomaticConnector & Hooks> {
  const clock = new FakeClock();
  return make(clock, Object.assign(new AutomaticConnector(clock, openMs), hooks), options);
}

/** What a promise has come to so far; does not wait. */
export function watch<V>(promise: Promise<V>): { state: 'pending' | 'fulfilled' | 'rejected'; value?: V; error?: unknown } {
  const seen: ReturnType<typeof watch<V>> = { state: 'pending' };
  promise.then(
    (value) => Object.assign(seen, { state: 'fulfilled', value }),
    (error: unknown) => Object.assign(seen, { state: 'rejected', error }),
  );
  return seen;
}

/** What `max` was at its largest. */
const largestMax = new WeakMap<Pool<string>, number>();

function rememberMax(pool: Pool<string>): void {
  const { resize } = pool;
  largestMax.set(pool, pool.stats.max);
  pool.resize = (limits) => {
    resize.call(pool, limits);
    largestMax.set(pool, Math.max(largestMax.get(pool) as number, pool.stats.max));
  };
}

/** The sums that must be right at every moment. */
export function expectBooks(pool: Pool<string>): void {
  const { totals, ...gauges } = pool.stats;
  const { reserving, opening, idle, checking, leased, resetting, closing, waiting, max } = gauges;
  const closed = Object.values(totals.closed).reduce((sum, count) => sum + count, 0);
  const live = idle + checking + leased + resetting + closing;
  const { acquired, requeued, timedOut, aborted, refused } = totals;
  expect(totals.asked, 'asked').toBe(acquired - requeued + timedOut + aborted + refused + waiting);
  expect(totals.opened, 'opened').toBe(closed + totals.detached + totals.abandoned + live);
  for (const [name, gauge] of Object.entries(gauges)) if (gauge !== undefined) expect(gauge, name).toBeGreaterThanOrEqual(0);
  // After a shrink what is there may be more, until it has come back.
  expect(reserving + opening + live, 'max').toBeLessThanOrEqual(Math.max(max, largestMax.get(pool) ?? 0));
}

// Whatever a test did to its pool: the books are right, the pool had one timer at most, and it can be closed until nothing is left.
afterEach(async () => {
  for (const { pool, clock, timers } of made.splice(0)) {
    expectBooks(pool);
    const closing = watch(pool.close({ drainTimeoutMs: 0 }));
    await clock.advance(60_000);
    expect(closing.state, 'close()').toBe('fulfilled');
    expect(pool.state).toBe('closed');
    expect(timers.pending, 'timers after closing').toBe(0);
    expect(timers.most, 'timers at once').toBeLessThanOrEqual(1);
    expect(pool.stats).toMatchObject({ opening: 0, idle: 0, checking: 0, leased: 0, resetting: 0, closing: 0, waiting: 0 });
    expectBooks(pool);
  }
  held.length = 0;
});
