import type { ComparisonOptions } from '../load/compare-ways.ts';
import type { ReachOptions } from '../reach/reach-options.ts';
import type { TalkOptions } from '../targets/talk-options.ts';

/** The command line of `pool bench`, parsed. */
export interface BenchOptions extends ReachOptions, TalkOptions {
  readonly requests: number;
  readonly concurrency: number;
  readonly max: number;
  readonly timeout: number;
  readonly latency: number;
  readonly down: number;
  readonly outage: boolean;
  readonly json?: boolean;
}

export function comparisonOptions({ requests, concurrency, max, timeout }: BenchOptions): ComparisonOptions {
  return { requests, concurrency, max, timeoutMs: timeout };
}
