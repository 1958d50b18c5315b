import type { Clock, KeyedPool, Pool } from '@pool/core';
import type { TlsClient } from '@pool/tls';
import type { ConnectionSettings } from './connection/connection-settings.ts';
import type { HttpConnection } from './connection/http-connection.ts';
import { IdleDeadlines } from './connection/idle-deadlines.ts';
import { ConnectionEndedError } from './errors.ts';
import { isEngineClose, isProtocolError } from './exchange/outcome-of.ts';
import { type Outcome, verdicts } from './exchange/verdicts.ts';
import type { Origin, ResolvedOrigin } from './origin.ts';
import type { OriginStats } from './origin-stats.ts';
import { retryAfterMs } from './retry-after.ts';
import { clientOf } from './secure-origin.ts';
import type { TlsMaterialSource } from './tls-material.ts';

export interface RouteSettings {
  readonly clock: Clock;
  /** Of the engine, where 0 means never. */
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly keepAliveMarginMs: number;
  readonly retryAfterMaxMs: number;
  readonly openTimeoutMs: number;
  /** How long an unused pool is kept. */
  readonly poolTtlMs: number;
  /** Most connections. */
  readonly max: number;
  /** Its pool was closed: nobody uses it any more. */
  readonly onUnused: (route: Route) => void;
  /** For https: origins that bring none of their own. */
  readonly tls: TlsMaterialSource | undefined;
}

/** All that is kept for one origin beside its pool. */
export class Route {
  readonly origin: ResolvedOrigin;
  /** How it was written by those who asked for it. */
  readonly spellings: string[] = [];
  /** Of an https: origin. */
  readonly client: TlsClient | undefined;
  readonly deadlines: IdleDeadlines<HttpConnection>;
  readonly settings: ConnectionSettings;
  readonly keepAliveMarginMs: number;
  readonly openTimeoutMs: number;
  /** Requests that wait for a connection. */
  queued = 0;
  /** Requests that were sent again without asking. */
  replays = 0;
  /**
   * The server closes after a response without having said so in a header: it speaks HTTP/1.0, or ends bodies by closing. From then on a
   * connection is lent again only when the engine has seen that it stays open.
   */
  closesSilently = false;
  readonly endings: Record<Outcome, number>;
  readonly turn: () => number;
  readonly max: number;
  readonly pausesOnRetryAfter: boolean;
  readonly #clock: Clock;
  readonly #retryAfterMaxMs: number;
  readonly #askEveryMs: number;
  readonly #onUnused: (route: Route) => void;
  #pool: Pool<HttpConnection> | undefined = undefined;
  #askAgainAt = -Infinity;
  #onQueueEmpty: (() => void)[] = [];
  readonly #pools: KeyedPool<Origin, HttpConnection>;

  constructor(origin: ResolvedOrigin, pools: KeyedPool<Origin, HttpConnection>, settings: RouteSettings) {
    const { clock } = settings;
    this.origin = origin;
    this.client = origin.secure ? clientOf(origin, origin.tls ?? settings.tls) : undefined;
    this.#pools = pools;
    this.#clock = clock;
    this.turn = () => clock.turn?.() ?? clock.now();
    this.deadlines = new IdleDeadlines(clock);
    this.max = settings.max;
    this.#onUnused = settings.onUnused;
    this.pausesOnRetryAfter = settings.retryAfterMaxMs > 0;
    this.#retryAfterMaxMs = settings.retryAfterMaxMs;
    // Often enough that a pool in use is never taken for an unused one; asking costs as much as lending.
    this.#askEveryMs = settings.poolTtlMs / 4;
    this.keepAliveMarginMs = settings.keepAliveMarginMs;
    this.openTimeoutMs = settings.openTimeoutMs;
    this.settings = {
      engineOrigin: origin.url,
      headersTimeoutMs: settings.headersTimeoutMs,
      bodyTimeoutMs: settings.bodyTimeoutMs,
      turn: this.turn,
      onReused: () => this.count('reuse'),
    };
    this.endings = Object.fromEntries(Object.keys(verdicts).map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  }

  /** @throws PoolClosedError */
  pool(): Pool<HttpConnection> {
    const now = this.turn();
    const known = this.#pool;
    if (known !== undefined && now < this.#askAgainAt && (known.state === 'open' || known.state === 'suspended')) return known;
    const pool = this.#pools.at(this.origin);
    if (pool !== known) {
      this.#pool = pool;
      pool.on('close', () => {
        if (this.#pool === pool) this.#onUnused(this);
      });
    }
    this.#askAgainAt = now + this.#askEveryMs;
    return pool;
  }

  /** What its requests have last asked, also when it is closing: those that are under way still want to know. */
  get latestPool(): Pool<HttpConnection> | undefined {
    return this.#pool;
  }

  /** Calls back, once, when no request waits any more. */
  whenQueueEmpty(callback: () => void): void {
    this.#onQueueEmpty.push(callback);
  }

  queueEmptied(): void {
    if (this.#onQueueEmpty.length === 0) return;
    const callbacks = this.#onQueueEmpty;
    this.#onQueueEmpty = [];
    for (const callback of callbacks) callback();
  }

  /** Lends nothing for as long as the server asks for. */
  pauseFor(rawHeaders: readonly Buffer[]): void {
    const waitMs = Math.min(retryAfterMs(rawHeaders, Date.now()) ?? 0, this.#retryAfterMaxMs);
    const pool = this.#pool;
    if (waitMs <= 0 || pool?.state !== 'open') return;
    pool.suspend();
    this.#clock.schedule(() => pool.resume(), waitMs);
  }

  stats(): OriginStats {
    const { origin, endings, replays } = this;
    const pool = this.#pool;
    const isOpen = pool !== undefined && pool.state !== 'closed' && pool.state !== 'closing';
    return { origin: origin.plain, pool: isOpen ? pool.stats : undefined, endings: { ...endings }, replays };
  }

  now(): number {
    return this.#clock.now();
  }

  count(outcome: Outcome): void {
    this.endings[outcome]++;
  }

  /** A connection ended while no exchange was on it: in the turn after one, or later. */
  outcomeBetween(connection: HttpConnection, error: Error): Outcome {
    if (!connection.isDraining) return 'idle-gone';
    if (isProtocolError(error)) return 'protocol';
    if (!isEngineClose(error)) return 'idle-gone';
    this.closesSilently = true;
    return 'peer-close';
  }

  /** What the pool is told of it. */
  ended(connection: HttpConnection, error: Error): ConnectionEndedError {
    if (error instanceof ConnectionEndedError) return error;
    const outcome = this.outcomeBetween(connection, error);
    this.count(outcome);
    return new ConnectionEndedError(outcome, verdicts[outcome].when, error);
  }
}
