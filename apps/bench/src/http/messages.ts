import type { Result, WavesOptions } from '../idle-limit/waves.ts';
import type { Method, Place } from './clients/client.ts';

/** What a process that makes requests is told; each order is answered before the next is given. */
export type Order =
  /** A new client, with so many connections at most; the one before is closed. `warm`: opened before this is answered. */
  | { readonly kind: 'make'; readonly place: Place; readonly connections: number; readonly warm: number }
  /** All at once; answered when all have ended. */
  | { readonly kind: 'ask'; readonly count: number }
  /** One after another at this pace, whatever becomes of those before ... */
  | { readonly kind: 'keep asking'; readonly everyMs: number }
  /** ... until now; answered when all have ended. */
  | { readonly kind: 'stop' }
  /** So many clients of its own, each in waves. */
  | (WavesOptions & { readonly kind: 'waves'; readonly place: Place; readonly method: Method; readonly clients: number });

/** One GET, as its caller saw it. */
export interface Call {
  /** In milliseconds of the epoch. */
  readonly endedAt: number;
  readonly ms: number;
  /** Undefined when it was answered. */
  readonly error: string | undefined;
}

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'calls'; readonly calls: readonly Call[]; readonly lastRetryMs: number | undefined }
  | { readonly kind: 'results'; readonly results: readonly Result[]; readonly opened: number };
