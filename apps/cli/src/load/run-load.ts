import { createHistogram, performance } from 'node:perf_hooks';
import { failure } from '../cli-error.ts';
import { errorCode } from '../error-code.ts';
import { explainFailure } from '../targets/explain-failure.ts';
import type { Way } from '../ways/way.ts';
import type { Outcome } from './outcome.ts';

export interface LoadOptions {
  readonly requests: number;
  /** Callers; each asks again as soon as it has its answer. */
  readonly concurrency: number;
  /** When no answer came for so long, there is no point in going on. */
  readonly patienceMs: number;
  /** Called after every request, whatever became of it. */
  readonly onDone: () => void;
}

/** Histograms count in whole units: nanoseconds, then. */
const nsPerMs = 1e6;

/** @throws CliError when the target does not answer any more */
export async function runLoad(way: Way, options: LoadOptions): Promise<Outcome> {
  const { requests, concurrency, patienceMs, onDone } = options;
  const latencies = createHistogram({ figures: 3 });
  const errorCodes: Record<string, number> = {};
  const startedAt = performance.now();
  let begun = 0;
  let errors = 0;
  let lastAnswerAt = startedAt;

  async function caller(): Promise<void> {
    while (begun < requests) {
      begun += 1;
      const askedAt = performance.now();
      try {
        await way.ask();
        lastAnswerAt = performance.now();
        latencies.record(Math.max(1, Math.round((lastAnswerAt - askedAt) * nsPerMs)));
      } catch (error) {
        errors += 1;
        const code = errorCode(error);
        errorCodes[code] = (errorCodes[code] ?? 0) + 1;
        const silentMs = performance.now() - lastAnswerAt;
        if (silentMs > patienceMs) {
          // The others stop at their next request.
          begun = requests;
          throw failure(`gave up after ${Math.round(silentMs)} ms without an answer: ${explainFailure(error)}`, error);
        }
      }
      onDone();
    }
  }

  await Promise.all(Array.from({ length: Math.min(concurrency, requests) }, caller));
  const durationMs = performance.now() - startedAt;
  const answered = requests - errors;
  const percentile = (share: number): number | null => (answered === 0 ? null : latencies.percentile(share) / nsPerMs);
  return {
    requests,
    errors,
    errorCodes,
    durationMs,
    requestsPerSecond: (answered / durationMs) * 1000,
    p50Ms: percentile(50),
    p99Ms: percentile(99),
  };
}
