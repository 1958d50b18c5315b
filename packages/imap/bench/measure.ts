export interface Measured {
  readonly perSecond: number;
  /** Of one task, from the call to the answer. */
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** So many at once, for so long. */
export async function measure(task: (lane: number) => Promise<unknown>, lanes: number, forMs: number): Promise<Measured> {
  const tookMs: number[] = [];
  const start = performance.now();
  const run = async (lane: number): Promise<void> => {
    while (performance.now() - start < forMs) {
      const begun = performance.now();
      await task(lane);
      tookMs.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
  const seconds = (performance.now() - start) / 1_000;
  tookMs.sort((one, other) => one - other);
  const at = (share: number): number => tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * share))] ?? Number.NaN;
  return { perSecond: tookMs.length / seconds, medianMs: at(0.5), p99Ms: at(0.99) };
}

/** How long one call takes. */
export async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}
