import type { Pool, PoolStats } from '@pool/core';
import type { ConnectionRow } from './connection-row.ts';
import type { FullnessState } from './fullness.ts';
import type { LoadState } from './steady-load.ts';

/** A watched pool at one moment: all that is shown of it. */
export interface WatchState {
  /** The target, as in the command line. */
  readonly name: string;
  /** Since the start. */
  readonly upMs: number;
  readonly pool: Pool<unknown>['state'];
  readonly stats: PoolStats;
  readonly connections: readonly ConnectionRow[];
  readonly fullness: FullnessState;
  /** Why the latest try to open failed, and when the next one is. Undefined when it succeeded. */
  readonly failure: { readonly error: unknown; readonly retryInMs: number | undefined } | undefined;
  /** Undefined when no requests are sent. */
  readonly load: LoadState | undefined;
  /** The embedded server, when that is the target. */
  readonly server: { readonly pid: number | undefined } | undefined;
}
