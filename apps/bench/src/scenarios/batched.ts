import type { Prepared } from './scenario.ts';

/** Does the same thing `count` times. */
export type Batch = (count: number) => Promise<void> | void;

/** Rounds of so many uses that the clock is good enough, and their bytes. */
export async function batched(batch: Batch, quick: boolean): Promise<Prepared> {
  const count = await calibrate(batch, quick ? 4 : 40);
  return {
    round: async () => ({ ns: (await timed(batch, count)) / count }),
    bytes: async () => {
      // Once without any: what the measuring itself takes.
      const least = Math.min(count, 4000);
      await allocated(batch, least);
      return ((await allocated(batch, least)) - (await allocated(batch, 0))) / least;
    },
  };
}

/** How many take `wantedMs`, once they are compiled. */
async function calibrate(batch: Batch, wantedMs: number): Promise<number> {
  let count = 1;
  let lastMs = 0;
  // What was compiled first is often thrown away and compiled anew.
  for (let spentMs = 0; spentMs < 12 * wantedMs || lastMs < wantedMs / 4; spentMs += lastMs) {
    if (lastMs < wantedMs / 4) count *= 2;
    lastMs = (await timed(batch, count)) / 1e6;
  }
  return Math.max(1, Math.round((count * wantedMs) / lastMs));
}

/**
 * In nanoseconds of processor time: on a machine with other things to do, what passes on the wall says more of those. It counts
 * the collection of the garbage that was made, wherever that runs.
 */
async function timed(batch: Batch, count: number): Promise<number> {
  const before = process.cpuUsage();
  const done = batch(count);
  // A batch without a promise is not made to wait for one.
  if (done !== undefined) await done;
  const { user, system } = process.cpuUsage(before);
  return 1000 * (user + system);
}

/** What the heap grows by, in a process whose young generation is large enough to need no collection meanwhile. */
async function allocated(batch: Batch, count: number): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  await batch(count);
  return process.memoryUsage().heapUsed - before;
}

export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  globalThis.gc();
  globalThis.gc();
}
