import type { HttpRequestInit, HttpResponse } from '@pool/http';
import type { Upstreams } from '../upstreams/upstreams.ts';
import { isLost, isUnsent } from './failures.ts';

/** A request that took so many upstreams with it is not sent to one more. */
const mostLosses = 3;

export interface Outgoing {
  /** With its query. */
  readonly path: string;
  /** Sending it twice means the same as sending it once, and it can be sent twice. */
  readonly isReplayable: boolean;
  /** Made anew for each upstream. */
  readonly init: () => HttpRequestInit;
  /** The client has gone. */
  readonly signal: AbortSignal;
}

/**
 * Asks one upstream after the other until one answers; and when all are down, waits for the first to come back, for `waitMs` at most.
 *
 * @throws the error of the last one
 */
export async function sendSomewhere(upstreams: Upstreams, outgoing: Outgoing, waitMs: number): Promise<HttpResponse> {
  const { path, isReplayable, init, signal } = outgoing;
  /** From the first time that nobody had it. */
  let patience: AbortSignal | undefined;
  let losses = 0;
  for (;;) {
    let last: unknown;
    for (const upstream of upstreams.inOrder()) {
      try {
        return await upstreams.pool.request(`${upstream.url}${path}`, init());
      } catch (error) {
        const mayGoOn = isUnsent(error) || (isReplayable && isLost(error) && ++losses < mostLosses);
        if (!mayGoOn || signal.aborted) throw error;
        last = error;
      }
    }
    patience ??= AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
    const isBack = upstreams.isAnyUp ? !patience.aborted : await upstreams.returns(patience);
    if (!isBack) throw last;
  }
}
