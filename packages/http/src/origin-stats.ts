import type { PoolStats } from '@pool/core';
import type { Outcome } from './exchange/verdicts.ts';
import type { Origin } from './origin.ts';

/** How one origin is doing. */
export interface OriginStats {
  readonly origin: Origin;
  /** Of its connections; undefined while nobody uses it. */
  readonly pool: PoolStats | undefined;
  /** How exchanges and connections ended, by the rows of the table "when a connection is done". */
  readonly endings: Readonly<Record<Outcome, number>>;
  /** Requests that were sent again without asking. */
  readonly replays: number;
}
