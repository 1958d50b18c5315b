import type { Budget } from './budget.ts';
import { type Alarm, type Clock, systemClock } from './clock.ts';
import { ConnectionBudget } from './connection-budget.ts';
import type { Connector } from './connector.ts';
import { OptionsError, PoolClosedError } from './errors.ts';
import type { AcquireOptions, Lease, UseContext, UseOptions } from './lease.ts';
import { checkDuration, checked, type PoolOptions } from './options.ts';
import { type CloseOptions, Pool } from './pool.ts';
import type { CloseReport } from './run/close-pool.ts';

export interface KeyedPoolOptions<K, T> extends Omit<PoolOptions<T>, 'max' | 'min'> {
  /** Most connections for one key. Integer >= 1. */
  readonly maxPerKey: number;
  /** Kept for each key while the key is in use. @default 0 */
  readonly minPerKey?: number;
  /** Over all keys. An idle connection of another key is closed to make room. Integer >= 1. @default Infinity */
  readonly maxTotal?: number;
  /** What differs from key to key (credentials, init hooks, limits). */
  readonly perKey?: (key: K) => Partial<PoolOptions<T>>;
  /** What makes two keys the same. @default String, for keys that are strings or numbers; required for others */
  readonly keyOf?: (key: K) => string;
  /** A key's pool is closed when nobody has used it for this long. @default 60_000 */
  readonly emptyPoolTtlMs?: number;
}

interface Entry<K, T> {
  readonly key: K;
  readonly pool: Pool<T>;
  usedAt: number;
}

/** One pool for each key (host, account, tenant), made on first use and dropped after its last, with a limit each and one over all. */
export class KeyedPool<K, T> implements AsyncDisposable {
  readonly name: string;
  /** What is left of the limit over all keys; undefined when there is none. */
  readonly budget: ConnectionBudget | undefined;
  readonly #connect: (key: K) => Connector<T>;
  readonly #options: KeyedPoolOptions<K, T>;
  readonly #keyOf: (key: K) => string;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<K, T>>();
  /** Pools of dropped keys that are not done closing. */
  readonly #leaving = new Set<Promise<CloseReport>>();
  #sweep: Alarm | undefined = undefined;
  #closing: Promise<CloseReport> | undefined = undefined;

  /** @throws OptionsError; options of single pools are checked when the first pool is made */
  constructor(connect: (key: K) => Connector<T>, options: KeyedPoolOptions<K, T>) {
    checked('connect', connect, typeof connect === 'function', 'a function that makes the connector of a key');
    const { maxPerKey, minPerKey = 0, maxTotal = Infinity, emptyPoolTtlMs = 60_000, keyOf, perKey } = options;
    checked('maxPerKey', maxPerKey, Number.isSafeInteger(maxPerKey) && maxPerKey >= 1, 'an integer >= 1');
    const minFits = Number.isSafeInteger(minPerKey) && minPerKey >= 0 && minPerKey <= maxPerKey;
    checked('minPerKey', minPerKey, minFits, `an integer from 0 to maxPerKey (${maxPerKey})`);
    const totalFits = maxTotal === Infinity || (Number.isSafeInteger(maxTotal) && maxTotal >= 1);
    checked('maxTotal', maxTotal, totalFits, 'an integer >= 1 or Infinity');
    checked('keyOf', keyOf, keyOf === undefined || typeof keyOf === 'function', 'a function');
    checked('perKey', perKey, perKey === undefined || typeof perKey === 'function', 'a function');
    this.#ttlMs = checkDuration('emptyPoolTtlMs', emptyPoolTtlMs);
    this.#clock = options.clock ?? systemClock;
    this.#connect = connect;
    this.#options = options;
    this.#keyOf = keyOf ?? plainKey;
    this.name = options.name ?? 'keyed-pool';
    this.budget = maxTotal === Infinity ? undefined : new ConnectionBudget({ max: maxTotal });
  }

  /** How many keys have a pool. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * The pool of one key, made on first use. Ask anew for each use: a pool that nobody asked for in `emptyPoolTtlMs` is closed.
   *
   * @throws PoolClosedError | OptionsError
   */
  at(key: K): Pool<T> {
    if (this.#closing !== undefined) {
      throw new PoolClosedError(`keyed pool '${this.name}' is closed; it lends no connections any more`, this.name);
    }
    const id = this.#keyOf(key);
    const now = this.#now();
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { key, pool: this.#make(key, id), usedAt: now };
      this.#entries.set(id, entry);
      this.#watch();
    }
    entry.usedAt = now;
    return entry.pool;
  }

  /** As `Pool.acquire`, for one key. */
  acquire(key: K, options?: AcquireOptions): Promise<Lease<T>> {
    // Not an async function: that is a second promise for every use.
    try {
      return this.at(key).acquire(options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As `Pool.use`, for one key. */
  use<R>(key: K, work: (connection: T, context: UseContext<T>) => R | PromiseLike<R>, options?: UseOptions): Promise<R> {
    try {
      return this.at(key).use(work, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  *[Symbol.iterator](): IterableIterator<[key: K, pool: Pool<T>]> {
    for (const { key, pool } of this.#entries.values()) yield [key, pool];
  }

  /** Closes every pool, side by side. Never rejects. */
  close(options?: CloseOptions): Promise<CloseReport> {
    if (this.#closing === undefined) {
      this.#sweep?.[Symbol.dispose]();
      const closing = [...this.#entries.values()].map(({ pool }) => pool.close(options));
      this.#entries.clear();
      this.#closing = Promise.all([...closing, ...this.#leaving]).then((reports) => ({
        leaked: reports.flatMap(({ leaked }) => leaked),
      }));
    }
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #make(key: K, id: string): Pool<T> {
    const { maxPerKey, minPerKey, maxTotal, perKey, keyOf, emptyPoolTtlMs, ...shared } = this.#options;
    const own = perKey?.(key) ?? {};
    const budgets: Budget[] = [shared.budget ?? [], own.budget ?? [], this.budget ?? []].flat();
    return new Pool(this.#connect(key), {
      max: maxPerKey,
      min: minPerKey ?? 0,
      ...shared,
      name: `${this.name}/${id}`,
      ...own,
      budget: budgets,
    });
  }

  /** Of this turn of the event loop: it is asked for at every use, and a pool lives for seconds. */
  #now(): number {
    return this.#clock.turn?.() ?? this.#clock.now();
  }

  /** One timer for all keys, while there are any. */
  #watch(): void {
    if (this.#sweep !== undefined || this.#ttlMs === Infinity) return;
    this.#sweep = this.#clock.schedule(
      () => {
        this.#sweep = undefined;
        this.#dropUnused();
        if (this.#entries.size > 0 && this.#closing === undefined) this.#watch();
      },
      Math.max(this.#ttlMs, leastSweepMs),
    );
  }

  #dropUnused(): void {
    const before = this.#now() - this.#ttlMs;
    for (const [id, { pool, usedAt }] of this.#entries) {
      if (usedAt > before) continue;
      const { leased, waiting, opening, reserving } = pool.stats;
      if (leased + waiting + opening + reserving > 0) continue;
      this.#entries.delete(id);
      const closing = pool.close();
      this.#leaving.add(closing);
      void closing.then(() => this.#leaving.delete(closing));
    }
  }
}

/** So that a time to live of zero is no busy loop. */
const leastSweepMs = 10;

function plainKey(key: unknown): string {
  if (typeof key === 'object' || typeof key === 'function' || typeof key === 'symbol') {
    throw new OptionsError(
      'keyOf',
      `keyOf is needed for keys that are not strings or numbers: ${typeof key} keys would all be the same`,
    );
  }
  return String(key);
}
