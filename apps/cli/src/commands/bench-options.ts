import type { ComparisonOptions } from '../load/compare-ways.ts';
import type { ReachOptions } from '../reach/reach-options.ts';
import type { TalkOptions } from '../targets/target-kind.ts';

/** The command line of `pool bench`, parsed. */
export interface BenchOptions extends ReachOptions {
  readonly requests: number;
  readonly concurrency: number;
  readonly max: number;
  readonly timeout: number;
  readonly send?: string;
  readonly expect?: string;
  readonly greeting?: string;
  readonly latency: number;
  readonly down: number;
  readonly outage: boolean;
  readonly json?: boolean;
}

export function comparisonOptions({ requests, concurrency, max, timeout }: BenchOptions): ComparisonOptions {
  return { requests, concurrency, max, timeoutMs: timeout };
}

export function talkOptions({ send, expect, greeting }: BenchOptions): TalkOptions {
  return {
    ...(send === undefined ? {} : { send }),
    ...(expect === undefined ? {} : { expect }),
    ...(greeting === undefined ? {} : { greeting }),
  };
}
