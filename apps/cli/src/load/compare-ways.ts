import type { Way } from '../ways/way.ts';
import type { Ways } from '../ways/ways.ts';
import type { Outcome } from './outcome.ts';
import { runLoad } from './run-load.ts';

export interface ComparisonOptions {
  readonly requests: number;
  readonly concurrency: number;
  readonly max: number;
  readonly timeoutMs: number;
}

export interface ComparedWay extends Outcome {
  readonly way: 'new-connection-each' | 'pool' | 'pool-concurrent';
  /** Most requests under way at once. */
  readonly concurrency: number;
  readonly connectionsOpened: number;
  /** Requests per second, as many times as of the first way; null when that had none. */
  readonly ratio: number | null;
}

/** The same requests in three ways, one way after the other. `onDone` is called after every request. */
export async function compareWays(ways: Ways, options: ComparisonOptions, onDone: () => void): Promise<readonly ComparedWay[]> {
  const { requests, max, timeoutMs } = options;
  const pooled = (): Way => ways.pooled({ max, timeoutMs });
  const kinds = [
    { way: 'new-connection-each', concurrency: 1, start: () => ways.eachNew(timeoutMs) },
    { way: 'pool', concurrency: 1, start: pooled },
    { way: 'pool-concurrent', concurrency: options.concurrency, start: pooled },
  ] as const;
  const compared: ComparedWay[] = [];
  for (const { way, concurrency, start } of kinds) {
    // Made anew for each, and opened inside the time that is measured: the first connections are part of what a pool costs.
    await using asking = start();
    const outcome = await runLoad(asking, { requests, concurrency, patienceMs: 2 * timeoutMs, onDone });
    const base = compared[0]?.requestsPerSecond ?? outcome.requestsPerSecond;
    compared.push({
      way,
      concurrency,
      ...outcome,
      connectionsOpened: asking.opened,
      ratio: base === 0 ? null : outcome.requestsPerSecond / base,
    });
  }
  return compared;
}
