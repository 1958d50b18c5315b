export interface Measured {
  readonly perSecond: number;
  /** Of one task, from the call to the answer. */
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** The best of three rounds: what else the machine does makes each of them slower, and none faster. */
export async function measure(task: (lane: number) => Promise<unknown>, lanes: number, forMs: number): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let round = 0; round < 3; round += 1) rounds.push(await measureOnce(task, lanes, forMs / 3));
  return rounds.reduce((best, other) => (other.perSecond > best.perSecond ? other : best));
}

/** So many at once, for so long. */
async function measureOnce(task: (lane: number) => Promise<unknown>, lanes: number, forMs: number): Promise<Measured> {
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
