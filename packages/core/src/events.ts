import type { CloseReason } from './connector.ts';
import type { OpenError } from './errors.ts';

export interface ConnectionInfo {
  readonly connectionId: number;
  /** Since it was ready; 0 when it never was. */
  readonly ageMs: number;
  /** Times it was lent. */
  readonly uses: number;
}

/**
 * One payload object each, so that fields can be added. Listeners run after the state has settled, in a neutral asynchronous
 * context; one that throws is reported as a `fault` and harms nobody. There is no `error` event to forget.
 */
export interface PoolEvents {
  open: [event: ConnectionInfo & { readonly durationMs: number; readonly attempt: number }];
  openError: [event: { readonly error: OpenError; readonly attempt: number; readonly retryInMs: number | undefined }];
  wait: [event: { readonly waiting: number }];
  acquire: [event: ConnectionInfo & { readonly waitedMs: number }];
  release: [event: ConnectionInfo & { readonly heldMs: number }];
  /** A connection left the pool, for whatever reason. */
  discard: [event: ConnectionInfo & { readonly reason: CloseReason; readonly error?: unknown }];
  /** A lease held longer than `leakAfterMs`; `stack` is where it was acquired, known once a first leak was suspected. */
  leak: [
    event: ConnectionInfo & {
      readonly heldMs: number;
      readonly label: string | undefined;
      readonly stack: string | undefined;
      /** Nobody has the lease any more: it was forgotten, not held for long. Its connection is replaced. */
      readonly dropped: boolean;
    },
  ];
  /** A lease that was reported as a leak came back after all. */
  leakReturned: [event: ConnectionInfo & { readonly heldMs: number; readonly label: string | undefined }];
  /** A connector has something to say (capacity, throttling, a certificate about to expire). */
  notice: [event: { readonly code: string; readonly detail: unknown }];
  /** Something the user passed in threw, rejected or hung where nobody could be told. */
  fault: [event: { readonly where: string; readonly error: unknown }];
  close: [];
}
