import { OptionsError } from './errors.ts';

/** Delay in milliseconds before try `attempt + 1`; attempts count from 1. Pure, so that it can be shared and tested without time. */
export type Backoff = (attempt: number) => number;

/** The same delay always. */
export function constant(delayMs: number): Backoff {
  if (!(delayMs >= 0)) throw new OptionsError('delayMs', `delayMs must be a number of milliseconds >= 0, not ${String(delayMs)}`);
  return () => delayMs;
}

export interface ExponentialOptions {
  /** The first delay. @default 100 */
  readonly initialMs?: number;
  /** No delay is longer. @default 30_000 */
  readonly maxMs?: number;
  /** Each delay is this many times the one before; at least 1. @default 2 */
  readonly factor?: number;
  /**
   * Spreads the tries of many clients: `'full'` anywhere between 0 and the delay, `'equal'` between half of it and all of it.
   * @default 'equal'
   */
  readonly jitter?: 'none' | 'equal' | 'full';
  /** 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/** Doubling delays with jitter: 100 ms, 200 ms, 400 ms … 30 s unless told otherwise. */
export function exponential(options: ExponentialOptions = {}): Backoff {
  const { initialMs = 100, maxMs = 30_000, factor = 2, jitter = 'equal', random = Math.random } = options;
  for (const [name, value, least] of [
    ['initialMs', initialMs, 0],
    ['maxMs', maxMs, 0],
    ['factor', factor, 1],
  ] as const) {
    if (!(value >= least)) throw new OptionsError(name, `${name} must be a number >= ${least}, not ${String(value)}`);
  }
  const share = Object.hasOwn(shares, jitter) ? shares[jitter] : undefined;
  if (share === undefined) {
    throw new OptionsError('jitter', `jitter must be 'none', 'equal' or 'full', not ${String(jitter)}`);
  }
  if (typeof random !== 'function') throw new OptionsError('random', `random must be a function, not ${String(random)}`);
  return (attempt) => {
    // The power becomes Infinity, and nothing times Infinity is no number.
    const delay = initialMs === 0 ? 0 : Math.min(maxMs, initialMs * factor ** (attempt - 1));
    return delay * (1 - share) + delay * share * random();
  };
}

/** How much of a delay is left to chance. */
const shares: Readonly<Record<string, number>> = { none: 0, equal: 0.5, full: 1 };
