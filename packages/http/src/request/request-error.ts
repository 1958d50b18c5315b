import type { PoolStats } from '@pool/core';
import { HttpExchangeError, HttpTimeoutError } from '../errors.ts';
import type { Outcome } from '../exchange/verdicts.ts';
import type { Route } from '../route.ts';

/** What a request was about, as far as its errors may say: a path can carry a secret. */
export interface RequestContext {
  readonly route: Route;
  readonly method: string;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
}

/** The engine's error in words of this package; errors of the pool, of the caller's signal and about bad arguments stay as they are. */
export function requestError(error: unknown, outcome: Outcome | undefined, context: RequestContext): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return timeoutError('headersTimeoutMs', context.headersTimeoutMs, context, error);
  if (code === 'UND_ERR_BODY_TIMEOUT') return timeoutError('bodyTimeoutMs', context.bodyTimeoutMs, context, error);
  const what = `${context.method} ${context.route.origin.url}`;
  const why = error instanceof Error ? error.message || String(code) : String(error);
  switch (outcome) {
    case 'protocol':
      return new HttpExchangeError(
        'HTTP_PROTOCOL',
        outcome,
        `${what} was answered with something that is no HTTP/1.1: ${why}`,
        error,
      );
    case 'stale-reuse':
    case 'broken':
      return new HttpExchangeError(
        'HTTP_CONNECTION_LOST',
        outcome,
        `the connection of ${what} was lost before its response was complete: ${why}`,
        error,
      );
    default:
      return error;
  }
}

const phases = {
  headersTimeoutMs: 'got no response headers',
  bodyTimeoutMs: 'got no more of the body',
  requestTimeoutMs: 'was not over',
} as const;

export function timeoutError(
  limit: keyof typeof phases,
  timeoutMs: number,
  { route, method }: Pick<RequestContext, 'route' | 'method'>,
  cause?: unknown,
): HttpTimeoutError {
  const { stats, name } = route.latestPool ?? route.pool();
  const message = `${method} ${route.origin.url} ${phases[limit]} within ${timeoutMs} ms (${limit}); pool '${name}' has ${fullness(stats)}`;
  return new HttpTimeoutError(limit, { message, timeoutMs, poolName: name, stats }, cause === undefined ? undefined : { cause });
}

function fullness(stats: PoolStats): string {
  const { leased, idle, opening, waiting, effectiveMax } = stats;
  return `${leased} leased, ${idle} idle, ${opening} opening and ${waiting} waiting (max ${effectiveMax})`;
}
