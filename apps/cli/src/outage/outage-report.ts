/** What the callers noticed in one slice of time. */
export interface Slice {
  answered: number;
  failed: number;
}

/** What the callers of one way noticed. */
export interface OutageWay {
  readonly way: 'new-connection-each' | 'pool' | 'pool-and-retry';
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  /** By code. */
  readonly errorCodes: Readonly<Record<string, number>>;
  /** Of the answered ones. */
  readonly longestWaitMs: number;
  /** Openings begun while the server was down. */
  readonly triesWhileDown: number;
  /** Counted from the return; null when none came. */
  readonly firstAnswerAfterMs: number | null;
  /** Until as many connections were ready as the pool keeps, counted from the return; null without a pool, or when that never was. */
  readonly fullAfterMs: number | null;
  readonly timeline: readonly Readonly<Slice>[];
}

export interface OutageReport {
  readonly killedAfterMs: number;
  readonly downMs: number;
  /** Requests a second, in each way. */
  readonly rate: number;
  /** How long the server works on one. */
  readonly workMs: number;
  /** Kept ready by each pool. */
  readonly min: number;
  readonly sliceMs: number;
  readonly ways: readonly OutageWay[];
}
