/** The numbers the machine goes by: checked and completed by `options.ts`. */
export interface Limits {
  readonly min: number;
  readonly max: number;
  readonly maxWaiting: number;
  readonly lanes: number;
  readonly openTimeoutMs: number;
  readonly pingTimeoutMs: number;
  readonly resetTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  readonly maxUses: number;
  readonly pingAfterIdleMs: number;
  readonly keepAliveMs: number;
  readonly leakAfterMs: number;
  readonly order: 'lifo' | 'fifo';
  readonly refuseWhenDown: boolean;
  /** What the connector can do. */
  readonly pings: boolean;
  readonly resets: boolean;
  readonly tags: boolean;
  readonly learnsIdleLimit: boolean;
  /** Openings need a permit. */
  readonly budgeted: boolean;
  /** For jitter: 0 up to 1. */
  readonly random: () => number;
}
