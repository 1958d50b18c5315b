import { isIP } from 'node:net';
import { type Budget, type CloseOptions, KeyedPool, type PoolOptions, systemClock } from '@pool/core';
import type { HttpConnection } from './connection/http-connection.ts';
import { httpConnector } from './connection/http-connector.ts';
import { copyHeaders } from './exchange/copy-headers.ts';
import { engineLimit, type ResolvedHttpOptions } from './http-pool-options.ts';
import { type Origin, ResolvedOrigin, type Via } from './origin.ts';
import { Route } from './route.ts';
import { SharedLimits } from './shared-limits.ts';

interface Closeable {
  close(options?: CloseOptions): Promise<unknown>;
}

/** Every origin that has a pool, and the way from a URL to it. */
export class Routes {
  readonly pools: KeyedPool<Origin, HttpConnection>;
  readonly options: ResolvedHttpOptions;
  readonly limits: SharedLimits;
  readonly #byKey = new Map<string, Route>();
  readonly #adopted: Closeable[] = [];
  /** Spellings of origins that were asked for before: parsing a URL costs more than finding it here. */
  readonly #byText = new Map<string, Route>();

  constructor(options: ResolvedHttpOptions) {
    this.options = options;
    this.limits = new SharedLimits(options.maxTotal);
    this.pools = new KeyedPool<Origin, HttpConnection>((origin) => httpConnector(this.#at(ResolvedOrigin.from(origin))), {
      ...options.pools,
      keyOf: (origin) => ResolvedOrigin.from(origin).key,
      perKey: (origin) => this.#ofKey(origin),
    });
  }

  /** The limit that all connections to this origin share, whoever opens them. */
  limitOf(origin: Origin): Budget {
    const { key, plain } = ResolvedOrigin.from(origin);
    const { perKey, maxPerKey } = this.options.pools;
    return this.limits.of(key, () => perKey?.(plain).max ?? maxPerKey);
  }

  /** Another pool under the same limits, to be closed with this one. */
  adopt(pools: Closeable): void {
    this.#adopted.push(pools);
  }

  async close(options: CloseOptions | undefined): Promise<void> {
    await Promise.all([this.pools.close(options), ...this.#adopted.map((pools) => pools.close(options))]);
  }

  /** @throws OptionsError when it is no http: or https: URL */
  to(url: string | URL, via?: Via): Route {
    const text = typeof url === 'string' ? url : url.href;
    if (via !== undefined) return this.#at(new ResolvedOrigin({ ...via, url: text }));
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const route = this.#at(new ResolvedOrigin({ url: text }));
    this.#byText.set(text, route);
    route.spellings.push(text);
    return route;
  }

  /**
   * The route of a request that says `Host`: to an https: origin that is the name to ask for and to check, and so the connections are
   * others than without it.
   */
  named(route: Route, headers: unknown): Route {
    if (!route.origin.secure || headers === undefined || headers === null) return route;
    const name = hostIn(copyHeaders(headers) ?? []);
    if (name === undefined || name === route.origin.host || route.origin.servername !== undefined || isIP(name) !== 0)
      return route;
    return this.#at(route.origin.as(name));
  }

  /** Every https: origin asks for its material again, and replaces its connections. */
  async rotateTls(): Promise<void> {
    await Promise.all([...this.#byKey.values()].map((route) => route.client?.rotate()));
  }

  [Symbol.iterator](): IterableIterator<Route> {
    return this.#byKey.values();
  }

  #at(origin: ResolvedOrigin): Route {
    const known = this.#byKey.get(origin.key);
    if (known !== undefined) return known;
    const { headersTimeoutMs, bodyTimeoutMs, keepAliveMarginMs, retryAfterMaxMs, tls, pools } = this.options;
    const route = new Route(origin, this.pools, {
      clock: pools.clock ?? systemClock,
      headersTimeoutMs: engineLimit(headersTimeoutMs),
      bodyTimeoutMs: engineLimit(bodyTimeoutMs),
      keepAliveMarginMs,
      retryAfterMaxMs,
      openTimeoutMs: pools.openTimeoutMs ?? 10_000,
      poolTtlMs: pools.emptyPoolTtlMs ?? 60_000,
      max: pools.maxPerKey,
      tls,
      onUnused: (unused) => this.#forget(unused),
    });
    this.#byKey.set(origin.key, route);
    return route;
  }

  #ofKey(origin: Origin): Partial<PoolOptions<HttpConnection>> {
    const own = this.options.pools.perKey?.(origin) ?? {};
    return { ...own, budget: [own.budget ?? [], this.limitOf(origin)].flat() };
  }

  #forget(route: Route): void {
    this.#byKey.delete(route.origin.key);
    this.limits.forget(route.origin.key);
    for (const text of route.spellings) this.#byText.delete(text);
  }
}

/** The host of a `Host` header, without its port. */
function hostIn(headers: readonly unknown[]): string | undefined {
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at];
    if (typeof name !== 'string' || name.length !== 4 || name.toLowerCase() !== 'host') continue;
    return String(headers[at + 1])
      .replace(/:\d*$/, '')
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase();
  }
  return undefined;
}
