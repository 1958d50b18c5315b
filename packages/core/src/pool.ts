import type { Connector } from './connector.ts';
import { GuardedEmitter } from './guarded-emitter.ts';
import type { AcquireOptions, Lease, LeaseRequest, UseContext, UseOptions } from './lease.ts';
import type { PoolState } from './machine/machine.ts';
import { close, recycle, resize, resume } from './machine/orders.ts';
import { checkDuration, checked, checkLimits, type PoolOptions, resolveOptions } from './options.ts';
import { ask, queue, queueForReady } from './run/ask.ts';
import { PromisedLease, PromisedReadiness, RequestedLease } from './run/caller.ts';
import { type CloseReport, closePool } from './run/close-pool.ts';
import { fullness } from './run/describe.ts';
import { tryLend } from './run/lend.ts';
import { poolControl } from './run/pool-control.ts';
import type { PoolLease } from './run/pool-lease.ts';
import { Runner } from './run/runner.ts';
import { streamWork, useWork } from './run/work.ts';
import type { PoolStats } from './stats.ts';

export interface CloseOptions {
  /** How long leases may still come back before their connections are destroyed. 0: no time at all. @default 10_000 */
  readonly drainTimeoutMs?: number;
}

/**
 * Keeps connections ready, lends them, and replaces those that broke.
 *
 * A caller that finds an idle connection gets it at once; the others wait in line, first come first served, each with a limit.
 * A connection that broke is never lent again.
 */
export class Pool<T> extends GuardedEmitter implements AsyncDisposable {
  readonly name: string;
  readonly #runner: Runner<T>;
  readonly #detach: (() => void) | undefined;
  #closing: Promise<CloseReport> | undefined = undefined;

  /** Starts opening `min` connections at once. @throws OptionsError naming the option that is unknown or impossible */
  constructor(connector: Connector<T>, options: PoolOptions<T>) {
    super();
    checked('connector', connector, typeof connector?.open === 'function', 'an object with open()');
    const resolved = resolveOptions(options, connector.ping !== undefined);
    this.#runner = new Runner(connector, resolved, this);
    this.name = resolved.name;
    this.#detach = poolControl(this.#runner, () => this.recycle());
    this.#runner.input((machine, now) => machine.pump(now));
  }

  get state(): PoolState {
    return this.#runner.machine.state;
  }

  /** A snapshot. */
  get stats(): PoolStats {
    return this.#runner.stats();
  }

  /**
   * Waits for a connection, for at most `timeoutMs`.
   *
   * @throws AcquireTimeoutError | QueueFullError | PoolClosedError | OpenError (fatal, or whenDown 'refuse') | signal.reason
   */
  acquire(options?: AcquireOptions): Promise<Lease<T>> {
    const runner = this.#runner;
    if (options === undefined && !runner.leaks.tracks) {
      const lease = tryLend(runner);
      if (lease !== undefined) return Promise.resolve(lease);
      return new Promise((resolve, reject) => queue(runner, new PromisedLease(resolve, reject), undefined));
    }
    return new Promise((resolve, reject) => {
      const caller = new PromisedLease<T>(resolve, reject);
      const { nesting } = runner.leaks;
      caller.nested = nesting?.held();
      caller.note = nesting?.asks();
      const lease = ask(runner, caller, options);
      if (lease !== undefined) caller.onLease(lease);
    });
  }

  /**
   * For adapters: an idle connection at once, or later through the callbacks; no promise is made. When the answer is no at once,
   * `onRefused` is called before this returns.
   *
   * @throws OptionsError
   */
  request(request: LeaseRequest<T>, options?: AcquireOptions): Lease<T> | undefined {
    return ask(this.#runner, new RequestedLease(request), options);
  }

  /** An idle connection right now, or undefined (and one may start opening). Never jumps the queue. */
  tryAcquire(): Lease<T> | undefined {
    const lease = tryLend(this.#runner);
    if (lease === undefined || this.#runner.leaks.tracks) this.#tried(lease);
    return lease;
  }

  #tried(lease: PoolLease<T> | undefined): void {
    const runner = this.#runner;
    if (lease === undefined) runner.input((machine, now) => machine.missed(now));
    else runner.leaks.note(lease, { site: runner.leaks.site() });
  }

  /**
   * Lends a connection for one piece of work and takes it back afterwards. It is discarded when the work threw a ConnectionError
   * or what `discardOn` or the connector's `brokenBy` matches, when the work was aborted, or when it left the connection dead or
   * not clean. Any other error is the caller's own business: the connection goes back.
   *
   * @throws what `acquire` throws, and what the work throws; WorkTimeoutError after `workTimeoutMs`
   */
  use<R>(work: (connection: T, context: UseContext<T>) => R | PromiseLike<R>, options?: UseOptions): Promise<R> {
    if (options === undefined && !this.#runner.leaks.tracks) {
      const lease = tryLend(this.#runner);
      if (lease !== undefined) return useWork(this.#runner, lease, work, undefined);
    }
    return this.#useLater(work, options);
  }

  async #useLater<R>(
    work: (connection: T, context: UseContext<T>) => R | PromiseLike<R>,
    options: UseOptions | undefined,
  ): Promise<R> {
    if (options?.workTimeoutMs !== undefined) checkDuration('workTimeoutMs', options.workTimeoutMs);
    const lease = await this.acquire(options);
    return useWork(this.#runner, lease, work, options);
  }

  /**
   * As `use`, held while the iteration lasts. Leaving the loop early returns the connection if the connector can tell that it is
   * clean, and discards it otherwise.
   */
  async *stream<R>(
    work: (connection: T, context: UseContext<T>) => AsyncIterable<R>,
    options?: AcquireOptions,
  ): AsyncGenerator<R, void, undefined> {
    const lease = await this.acquire(options);
    yield* streamWork(this.#runner, lease, work, options?.signal);
  }

  /**
   * Resolves once `min` connections (at least one) are ready: fail at start-up, not on first use.
   *
   * @throws as `acquire`
   */
  ready(options?: AcquireOptions): Promise<void> {
    return new Promise((resolve, reject) => queueForReady(this.#runner, new PromisedReadiness(resolve, reject), options));
  }

  /** Replaces every connection: idle ones now, leased ones on return. Opening is tried again at once, also after a fatal failure. */
  recycle(): void {
    this.#runner.input(recycle);
  }

  /**
   * New limits, in force at once: growing serves waiters, shrinking closes idle connections and retires leased ones on return.
   *
   * @throws OptionsError when they are impossible together; nothing is changed then
   */
  resize(limits: { readonly min?: number; readonly max?: number }): void {
    const { machine } = this.#runner;
    const { min = machine.min, max = machine.max } = limits;
    checkLimits(min, max);
    this.#runner.input((_, now) => resize(machine, min, max, now));
  }

  /** Lends nothing and opens nothing until `resume()`. Callers queue, within their limits; leases come back. */
  suspend(): void {
    const { machine } = this.#runner;
    if (machine.state === 'open') machine.state = 'suspended';
  }

  /** Ends `suspend()`, and forgets earlier failures to open, fatal ones too. */
  resume(): void {
    this.#runner.input(resume);
  }

  /**
   * Refuses newcomers and waiters now, lets leases come back, closes everything. Resolves when nothing is left; never rejects.
   * Calling it again may shorten the drain, and gives the same report.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    const { drainTimeoutMs = 10_000 } = options;
    checkDuration('drainTimeoutMs', drainTimeoutMs);
    this.#closing ??= closePool(this.#runner, () => {
      this.#detach?.();
      this.#runner.emit('close', () => []);
    });
    this.#runner.input((machine, now) => close(machine, now + drainTimeoutMs, now));
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { stats, state, name } = this;
    const trouble = stats.consecutiveFailures > 0 ? `, ${stats.consecutiveFailures} failed opens in a row` : '';
    return `Pool '${name}' { ${state}, min ${stats.min}, ${fullness(stats)}${trouble} }`;
  }
}
