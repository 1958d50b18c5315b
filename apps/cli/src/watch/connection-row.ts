import type { CloseReason } from '@pool/core';

export type ConnectionState = 'opening' | 'idle' | 'leased' | 'checking' | 'closing';

/** One connection, at one moment. */
export interface ConnectionRow {
  /** Undefined until it is ready: the pool tells it with the event `open`. */
  readonly id: number | undefined;
  readonly state: ConnectionState;
  /** In this state. */
  readonly forMs: number;
  /** Since it is ready. */
  readonly ageMs: number | undefined;
  /** Times it was lent. */
  readonly uses: number;
  /** Of an opening: which try it is. */
  readonly attempt: number;
  /** Why it is closing. */
  readonly reason: CloseReason | undefined;
}
