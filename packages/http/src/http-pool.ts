import { type CloseOptions, type KeyedPool, OptionsError } from '@pool/core';
import type { HttpConnection } from './connection/http-connection.ts';
import { type HttpPoolOptions, resolveHttpOptions } from './http-pool-options.ts';
import type { Origin, Via } from './origin.ts';
import type { OriginStats } from './origin-stats.ts';
import type { HttpRequestInit } from './request/http-request-init.ts';
import { checkBudgets } from './request/retry-budgets.ts';
import { send } from './request/send.ts';
import { sendWithRetries } from './request/send-with-retries.ts';
import type { HttpResponse } from './response/http-response.ts';
import { Routes } from './routes.ts';

/** For the ways of using a pool that are in modules of their own. */
export let routesOf: (pool: HttpPool) => Routes;

/**
 * One pool of HTTP/1.1 connections for many origins: for its own `request`, and, through `dispatcher`, `agent` and `fetch`, for whoever
 * else sends requests.
 */
export class HttpPool implements AsyncDisposable {
  readonly #routes: Routes;

  static {
    routesOf = (pool) => pool.#routes;
  }

  /** @throws OptionsError naming the option that is unknown or impossible */
  constructor(options: HttpPoolOptions = {}) {
    this.#routes = new Routes(resolveHttpOptions(options));
  }

  /** The pool of each origin, for its events, stats and orders. */
  get origins(): KeyedPool<Origin, HttpConnection> {
    return this.#routes.pools;
  }

  /** Connections over all origins, those of agents included. Undefined without `maxTotal`. */
  get total(): number | undefined {
    return this.#routes.limits.total?.inUse;
  }

  /** How every origin is doing that was asked for and not forgotten since. */
  get stats(): readonly OriginStats[] {
    return [...this.#routes].map((route) => route.stats());
  }

  /**
   * Sends a request; resolves with its response as soon as the headers are here. What was never written is sent on another connection, and
   * what a stale connection swallowed is sent again when that is safe; any status is an answer, not an error.
   *
   * @throws AcquireTimeoutError | HttpTimeoutError | HttpExchangeError | QueueFullError | PoolClosedError | OpenError | signal.reason
   */
  request(url: string | URL, init?: HttpRequestInit): Promise<HttpResponse> {
    const retry = init?.retry ?? this.#routes.options.retry;
    if (retry === undefined || retry === false) return send(this.#routes, url, init);
    return this.#requestAgain(url, init, retry);
  }

  async #requestAgain(url: string | URL, init: HttpRequestInit | undefined, retry: NonNullable<HttpRequestInit['retry']>) {
    return retry === false ? send(this.#routes, url, init) : sendWithRetries(this.#routes, url, init, checkBudgets(retry));
  }

  /**
   * Opens connections before anybody needs them; resolves when so many to the origin are ready, and keeps that many ready from then on.
   *
   * @throws OptionsError when that is more than `maxPerKey`; else as `request`
   */
  async warm(origin: string | URL, count: number, via?: Via): Promise<void> {
    const route = this.#routes.to(origin, via);
    if (!(Number.isSafeInteger(count) && count >= 1 && count <= route.max)) {
      throw new OptionsError('count', `count must be an integer from 1 to maxPerKey (${route.max}), not ${count}`);
    }
    const pool = route.pool();
    pool.resize({ min: Math.max(pool.stats.min, count) });
    await pool.ready();
  }

  /** Asks for TLS material again, and replaces every https: connection: idle ones now, lent ones when they come back. Rejects when it is no good. */
  rotateTls(): Promise<void> {
    return this.#routes.rotateTls();
  }

  /** Lets requests end, closes everything. Resolves when nothing is left; never rejects. */
  async close(options?: CloseOptions): Promise<void> {
    await this.#routes.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
