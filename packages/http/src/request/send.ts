import { type AcquireOptions, type Alarm, type Clock, OptionsError, systemClock } from '@pool/core';
import { Exchange } from '../exchange/exchange.ts';
import { checkLimit, engineLimit } from '../http-pool-options.ts';
import type { HttpResponse } from '../response/http-response.ts';
import { IncomingResponse } from '../response/incoming-response.ts';
import type { Routes } from '../routes.ts';
import type { HttpRequestInit } from './http-request-init.ts';
import { timeoutError } from './request-error.ts';
import { splitUrl } from './split-url.ts';

/** Sends a request once, as far as the caller can tell, and resolves with the head of its response. */
export function send(routes: Routes, url: string | URL, init: HttpRequestInit | undefined): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { options } = routes;
    const { origin, path } = splitUrl(url);
    const route = routes.named(routes.to(origin, init?.via), init?.headers);
    const method = init?.method ?? 'GET';
    const headersTimeoutMs = checkLimit('headersTimeoutMs', init?.headersTimeoutMs);
    const bodyTimeoutMs = checkLimit('bodyTimeoutMs', init?.bodyTimeoutMs);
    const response = new IncomingResponse(
      {
        route,
        method,
        headersTimeoutMs: headersTimeoutMs ?? options.headersTimeoutMs,
        bodyTimeoutMs: bodyTimeoutMs ?? options.bodyTimeoutMs,
      },
      resolve,
      reject,
    );
    const exchange = new Exchange(
      route,
      {
        path,
        method,
        headers: init?.headers,
        body: init?.body,
        idempotent: init?.idempotent,
        headersTimeout: headersTimeoutMs === undefined ? undefined : engineLimit(headersTimeoutMs),
        bodyTimeout: bodyTimeoutMs === undefined ? undefined : engineLimit(bodyTimeoutMs),
      },
      response,
    );
    const limitMs = checkLimit('requestTimeoutMs', init?.requestTimeoutMs) ?? options.requestTimeoutMs;
    const { clock = systemClock } = options.pools;
    // What may give up at any time must be able to before the engine is ready to be told.
    if (limitMs !== Infinity || init?.signal !== undefined) response.onConnect((reason) => exchange.abort(reason));
    // It may throw, and what is limited has to end.
    if (init?.signal !== undefined) obey(response, init.signal);
    if (limitMs !== Infinity) limit(response, limitMs, clock, () => timeoutError('requestTimeoutMs', limitMs, { route, method }));
    exchange.start(init === undefined ? undefined : acquireOptions(init));
  });
}

function acquireOptions({ signal, timeoutMs, priority, label }: HttpRequestInit): AcquireOptions | undefined {
  if (signal === undefined && timeoutMs === undefined && priority === undefined && label === undefined) return undefined;
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(priority === undefined ? {} : { priority }),
    ...(label === undefined ? {} : { label }),
  };
}

/** The caller's signal, until the response is over. */
function obey(response: IncomingResponse, signal: AbortSignal): void {
  if (typeof signal?.addEventListener !== 'function') throw new OptionsError('signal', "option 'signal' must be an AbortSignal");
  signal.throwIfAborted();
  const onAbort = (): void => response.cancel(signal.reason);
  signal.addEventListener('abort', onAbort);
  response.whenOver(() => signal.removeEventListener('abort', onAbort));
}

/** From now to the end of the body. */
function limit(response: IncomingResponse, limitMs: number, clock: Clock, reason: () => Error): void {
  const alarm: Alarm = clock.schedule(() => response.cancel(reason()), limitMs);
  response.whenOver(() => alarm[Symbol.dispose]());
}
