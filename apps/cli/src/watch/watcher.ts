import { type Clock, type CloseReport, Pool, type PoolEvents, type PoolTotals, systemClock } from '@pool/core';
import type { Ask, Target } from '../targets/target.ts';
import { Fullness, readyOf } from './fullness.ts';
import { type LoadState, SteadyLoad } from './steady-load.ts';
import type { WatchEvent, WatchFact } from './watch-event.ts';
import type { WatchState } from './watch-state.ts';
import { WatchedConnections } from './watched-connections.ts';

/** What is watched. */
export interface WatchedTarget<T> extends Omit<Target<T>, 'ask'> {
  /** Undefined when it is not known what to ask: then nobody asks, and nothing is proved. */
  readonly ask: Ask<T> | undefined;
  /** What proves a connection. @default `ask` */
  readonly ping?: Ask<T>;
}

export interface WatcherOptions {
  readonly min: number;
  readonly max: number;
  /** For opening, for waiting in line, for an answer and for letting go: each. */
  readonly timeoutMs: number;
  /** Prove each idle connection so often. Undefined: never. */
  readonly pingEveryMs: number | undefined;
  /** Requests. 0: none. */
  readonly perSecond: number;
  /** @default the system's */
  readonly clock?: Clock;
}

/** What came of it all. */
export interface Farewell {
  readonly upMs: number;
  readonly report: CloseReport;
  readonly totals: PoolTotals;
  readonly load: LoadState | undefined;
}

/** Keeps a pool of ready connections to a target, and knows all about it, from what the pool tells. */
export class Watcher<T> implements AsyncDisposable {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #pool: Pool<T>;
  readonly #connections: WatchedConnections<T>;
  readonly #fullness: Fullness;
  readonly #load: SteadyLoad | undefined;
  readonly #timeoutMs: number;
  readonly #tell: (event: WatchEvent) => void;
  #lastFailure: { readonly error: unknown; readonly retryAt: number | undefined } | undefined;

  constructor(target: WatchedTarget<T>, options: WatcherOptions, tell: (event: WatchEvent) => void) {
    const { min, max, timeoutMs, pingEveryMs, perSecond, clock = systemClock } = options;
    const { ask, ping = ask } = target;
    const now = (): number => clock.now();
    this.#name = target.name;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#tell = tell;
    this.#startedAt = now();
    this.#fullness = new Fullness(this.#startedAt);
    this.#connections = new WatchedConnections<T>(now);
    this.#pool = new Pool<T>(this.#connections.connector(target.connector), {
      name: 'watch',
      min,
      max,
      clock,
      init: target.init,
      acquireTimeoutMs: timeoutMs,
      openTimeoutMs: timeoutMs,
      pingTimeoutMs: timeoutMs,
      ...(pingEveryMs !== undefined &&
        ping !== undefined && {
          keepAlive: {
            intervalMs: pingEveryMs,
            // The pool's own limit comes first, so that it knows the ping for the reason.
            ping: this.#connections.ping((connection) => ping(connection, 2 * timeoutMs)),
          },
        }),
    });
    this.#connections.follow(this.#pool);
    this.#follow();
    if (ask !== undefined && perSecond > 0) {
      this.#load = new SteadyLoad(perSecond, () => this.#pool.use((connection) => ask(connection, timeoutMs)), now, {
        onFailing: (error) => this.note({ kind: 'requestsFail', error }),
        onWorking: (failed) => this.note({ kind: 'requestsWork', failed }),
      });
      this.#load.start();
    }
  }

  get state(): Omit<WatchState, 'server'> {
    const now = this.#clock.now();
    const failure = this.#lastFailure;
    return {
      name: this.#name,
      upMs: now - this.#startedAt,
      pool: this.#pool.state,
      stats: this.#pool.stats,
      connections: this.#connections.rows,
      fullness: this.#fullness.state(now),
      failure: failure && {
        error: failure.error,
        retryInMs: failure.retryAt === undefined ? undefined : Math.max(0, failure.retryAt - now),
      },
      load: this.#load?.state,
    };
  }

  /** Tells what happened, as of now. */
  note(fact: WatchFact): void {
    this.#tell({ at: new Date(), ...fact });
  }

  /** Replaces every connection, and tries at once where openings failed. */
  recycle(): void {
    this.#pool.recycle();
  }

  /** Sends nothing more, lets requests under way come to their end, and closes. Called again it waits for none of them. */
  async close(): Promise<Farewell> {
    this.#load?.stop();
    const hurried = this.#pool.state === 'closing';
    this.note({ kind: 'closing', leased: this.#pool.stats.leased, hurried });
    const report = await this.#pool.close({ drainTimeoutMs: hurried ? 0 : this.#timeoutMs });
    const { upMs, stats, load } = this.state;
    return { upMs, report, totals: stats.totals, load };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#load?.stop();
    await this.#pool.close({ drainTimeoutMs: 0 });
  }

  #follow(): void {
    const pool = this.#pool;
    pool.on('open', ({ connectionId: id, durationMs, attempt }) => {
      this.#lastFailure = undefined;
      this.note({ kind: 'open', id, durationMs, attempt });
      this.#look();
    });
    pool.on('openError', (event) => this.#openFailed(event));
    pool.on('discard', ({ connectionId: id, reason, error, ageMs, uses }) => {
      this.note({ kind: 'discard', id, reason, error, ageMs, uses });
      this.#look();
    });
    pool.on('notice', ({ code, detail }) => this.note({ kind: 'notice', code, detail }));
    pool.on('fault', ({ where, error }) => this.note({ kind: 'fault', where, error }));
    pool.on('leak', ({ connectionId: id, heldMs }) => this.note({ kind: 'leak', id, heldMs }));
    pool.on('leakReturned', ({ connectionId: id, heldMs }) => this.note({ kind: 'leakReturned', id, heldMs }));
  }

  #openFailed({ error, attempt, retryInMs }: PoolEvents['openError'][0]): void {
    const retryAt = retryInMs === undefined ? undefined : this.#clock.now() + retryInMs;
    this.#lastFailure = { error, retryAt };
    this.note({ kind: 'openError', error, attempt, retryInMs });
  }

  #look(): void {
    const { state, stats } = this.#pool;
    // Then nothing is to be kept any more.
    if (state !== 'open') return;
    const filled = this.#fullness.look(stats, this.#clock.now());
    if (filled !== undefined) this.note({ kind: 'full', ready: readyOf(stats), ...filled });
  }
}
