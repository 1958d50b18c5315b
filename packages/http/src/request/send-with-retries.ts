import { exponential, retry } from '@pool/core';
import { HttpExchangeError, HttpTimeoutError } from '../errors.ts';
import { copyHeaders } from '../exchange/copy-headers.ts';
import { canSendAgain, isIdempotent } from '../exchange/replayable.ts';
import type { Outcome } from '../exchange/verdicts.ts';
import type { HttpResponse } from '../response/http-response.ts';
import { retryAfterOf } from '../retry-after.ts';
import type { Routes } from '../routes.ts';
import type { HttpRequestInit } from './http-request-init.ts';
import { causeOf, RetryAllowance, type RetryBudgets } from './retry-budgets.ts';
import { send } from './send.ts';

/** An answer that says "later". Thrown to `retry`, and never at the caller, who gets the response itself in the end. */
class LaterStatus {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    this.response = response;
  }
}

/** As `send`, and again while a budget of its cause is left. */
export async function sendWithRetries(
  routes: Routes,
  url: string | URL,
  init: HttpRequestInit | undefined,
  budgets: RetryBudgets,
): Promise<HttpResponse> {
  if (!mayRetry(init, budgets)) return send(routes, url, init);
  const allowance = new RetryAllowance(budgets);
  const { statuses = [429, 502, 503, 504], backoff = exponential() } = budgets;
  let askedMs = 0;
  const attempt = async (): Promise<HttpResponse> => {
    const response = await send(routes, url, init);
    if (!statuses.includes(response.status)) return response;
    throw new LaterStatus(response);
  };
  const worthwhile = (error: unknown): boolean => {
    const cause = error instanceof LaterStatus ? 'status' : causeOf(outcomeOf(error));
    if (cause === undefined || !allowance.take(cause)) return false;
    askedMs = error instanceof LaterStatus ? (retryAfterOf(error.response.headers, Date.now()) ?? 0) : 0;
    // Its body is of no use to anybody any more.
    if (error instanceof LaterStatus) void error.response[Symbol.asyncDispose]();
    return true;
  };
  try {
    return await retry(attempt, {
      retryOn: [worthwhile],
      maxRetries: Infinity,
      backoff: (attempts) => Math.max(backoff(attempts), askedMs),
      ...(init?.signal === undefined ? {} : { signal: init.signal }),
      ...(routes.options.pools.clock === undefined ? {} : { clock: routes.options.pools.clock }),
    })();
  } catch (error) {
    if (error instanceof LaterStatus) return error.response;
    throw error;
  }
}

function mayRetry(init: HttpRequestInit | undefined, budgets: RetryBudgets): boolean {
  if (!canSendAgain(init?.body)) return false;
  const { method = 'GET', headers, idempotent } = init ?? {};
  return budgets.anyMethod === true || isIdempotent({ method, headers: copyHeaders(headers), idempotent });
}

function outcomeOf(error: unknown): Outcome | undefined {
  if (error instanceof HttpExchangeError) return error.outcome;
  return error instanceof HttpTimeoutError && error.limit !== 'requestTimeoutMs' ? 'timeout' : undefined;
}
