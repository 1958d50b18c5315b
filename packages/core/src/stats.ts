/** A consistent snapshot: gauges first, then totals since the pool was made. Totals only grow. */
export interface PoolStats {
  readonly max: number;
  readonly min: number;
  /** Lower than `max` while the peer refuses more. */
  readonly effectiveMax: number;
  /** Waiting for a permit of a budget. */
  readonly reserving: number;
  readonly opening: number;
  readonly idle: number;
  readonly checking: number;
  readonly leased: number;
  readonly resetting: number;
  readonly closing: number;
  readonly waiting: number;
  /** How long the oldest waiter has waited; 0 while nobody waits. */
  readonly oldestWaitMs: number;
  /** The age at which the peer was seen to close idle connections; undefined while nothing was learned. */
  readonly learnedIdleLimitMs: number | undefined;
  /** Failed opens since the last success. */
  readonly consecutiveFailures: number;
  readonly totals: PoolTotals;
}

export interface PoolTotals {
  /** Callers that asked for a connection: asked = acquired - requeued + timedOut + aborted + refused + waiting. */
  readonly asked: number;
  readonly acquired: number;
  /** Of those acquired, the ones that had to wait. */
  readonly waited: number;
  /** Summed over every caller that waited and was served. */
  readonly waitedMs: number;
  /** Summed over every lease that ended. */
  readonly leasedMs: number;
  readonly timedOut: number;
  readonly aborted: number;
  readonly refused: number;
  /** Of those acquired, the ones whose work was put back in the queue. */
  readonly requeued: number;
  readonly detached: number;
  /** Outlasted every limit and could not be destroyed: no longer counted in `closing`. */
  readonly abandoned: number;
  readonly opened: number;
  readonly openFailed: number;
  /** By reason. */
  readonly closed: Readonly<Record<string, number>>;
}
