/** What came of a number of requests. */
export interface Outcome {
  readonly requests: number;
  readonly errors: number;
  /** By code. */
  readonly errorCodes: Readonly<Record<string, number>>;
  readonly durationMs: number;
  /** Answered ones. */
  readonly requestsPerSecond: number;
  /** From the call to the answer, waiting in line included; of the answered ones. Null when there are none. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}
