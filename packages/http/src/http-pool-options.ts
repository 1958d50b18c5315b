import { type KeyedPoolOptions, OptionsError } from '@pool/core';
import type { HttpConnection } from './connection/http-connection.ts';
import type { Origin } from './origin.ts';
import { checkBudgets, type RetryBudgets } from './request/retry-budgets.ts';
import type { TlsMaterialSource } from './tls-material.ts';

/** What `KeyedPool` takes, and what HTTP adds. Durations are milliseconds; `Infinity` means never. */
export interface HttpPoolOptions extends Partial<Omit<KeyedPoolOptions<Origin, HttpConnection>, 'keyOf'>> {
  /** Most connections for one origin. Integer >= 1. @default 6 */
  readonly maxPerKey?: number;
  /**
   * For https: origins, as `@pool/tls` takes it: `ca`, `cert` and `key`, pins, versions. A function is asked before the first connection to
   * an origin, and on every `rotateTls()`. @default the authorities that Node trusts
   */
  readonly tls?: TlsMaterialSource;
  /** From the request written to the last header. > 0. @default 30_000 */
  readonly headersTimeoutMs?: number;
  /** Between two chunks of the body. > 0. @default 30_000 */
  readonly bodyTimeoutMs?: number;
  /** From the call of `request` to the end of the body, replays included. > 0. @default Infinity */
  readonly requestTimeoutMs?: number;
  /** Taken off what the server allows an idle connection (`Keep-Alive: timeout`), for the way to it and back. >= 0. @default 1_000 */
  readonly keepAliveMarginMs?: number;
  /**
   * Lend nothing to an origin for as long as the `Retry-After` of its 429 or 503 says, but for this long at most; callers queue meanwhile.
   * 0: take no notice. >= 0. @default 0
   */
  readonly retryAfterMaxMs?: number;
  /** Send `request`s again for more reasons than are always safe. @default not at all */
  readonly retry?: RetryBudgets;
}

interface HttpDefaults {
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveMarginMs: number;
  readonly retryAfterMaxMs: number;
}

const defaults: HttpDefaults = {
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  requestTimeoutMs: Infinity,
  keepAliveMarginMs: 1_000,
  retryAfterMaxMs: 0,
};

export interface ResolvedHttpOptions extends HttpDefaults {
  readonly retry: RetryBudgets | undefined;
  /** Those of `KeyedPool`, which checks them itself. */
  readonly pools: Omit<KeyedPoolOptions<Origin, HttpConnection>, 'keyOf' | 'maxTotal'>;
  readonly maxTotal: number;
  readonly tls: TlsMaterialSource | undefined;
}

/** @throws OptionsError naming the option, its value and what is allowed */
export function resolveHttpOptions(options: HttpPoolOptions): ResolvedHttpOptions {
  const {
    headersTimeoutMs,
    bodyTimeoutMs,
    requestTimeoutMs,
    keepAliveMarginMs,
    retryAfterMaxMs,
    retry,
    maxTotal,
    tls,
    ...pools
  } = options;
  return {
    pools: { name: 'http', ...pools, maxPerKey: pools.maxPerKey ?? 6 },
    maxTotal: maxTotal ?? Infinity,
    tls,
    headersTimeoutMs: checkLimit('headersTimeoutMs', headersTimeoutMs) ?? defaults.headersTimeoutMs,
    bodyTimeoutMs: checkLimit('bodyTimeoutMs', bodyTimeoutMs) ?? defaults.bodyTimeoutMs,
    requestTimeoutMs: checkLimit('requestTimeoutMs', requestTimeoutMs) ?? defaults.requestTimeoutMs,
    keepAliveMarginMs: checkLimit('keepAliveMarginMs', keepAliveMarginMs, 0) ?? defaults.keepAliveMarginMs,
    retryAfterMaxMs: checkLimit('retryAfterMaxMs', retryAfterMaxMs, 0) ?? defaults.retryAfterMaxMs,
    retry: retry === undefined ? undefined : checkBudgets(retry),
  };
}

/** Undefined when it is not given. */
export function checkLimit(option: string, value: number | undefined, least = Number.MIN_VALUE): number | undefined {
  if (value === undefined || (typeof value === 'number' && value >= least)) return value;
  const allowed = least === 0 ? 'a number of milliseconds >= 0' : 'a number of milliseconds > 0';
  throw new OptionsError(option, `option '${option}' must be ${allowed} (Infinity: never), not ${String(value)}`);
}

/** As the engine wants it: whole, and 0 for never. */
export function engineLimit(limitMs: number): number {
  return limitMs === Infinity ? 0 : Math.ceil(limitMs);
}
