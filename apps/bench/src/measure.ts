import type { Hotspot } from './profiling.ts';
import { type Cell, median, Results } from './results.ts';
import { type Mark, type Sample, type Scenario, subjectName } from './scenarios/scenario.ts';
import { WorkerProcess } from './worker-process.ts';

export interface MeasureOptions {
  readonly rounds: number;
  readonly quick: boolean;
  /** Says where the subject's cost is when a mark is missed. */
  readonly profile: boolean;
  readonly progress: (text: string) => void;
}

export interface MeasuredMark {
  readonly text: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly measured: number;
  readonly met: boolean;
}

export interface Measured {
  readonly scenario: Scenario;
  readonly results: Results;
  readonly marks: readonly MeasuredMark[];
  /** Of the subject, when it missed a mark: where its time goes, and who allocates. */
  readonly time?: readonly Hotspot[];
  readonly heap?: readonly Hotspot[];
}

/**
 * Each cell in a process of its own, all of them ready before the first is measured; then A B C A B C …, one at a time. So each
 * round of one cell can be divided by the round of another that ran in the same moments.
 */
export async function measure(scenario: Scenario, options: MeasureOptions): Promise<Measured> {
  const rounds = options.quick ? 2 : Math.max(3, Math.round(options.rounds * (scenario.share ?? 1)));
  const cells = scenario.sizes.flatMap((size) =>
    scenario.contestants
      .filter((contestant) => scenario.takes?.(contestant, size) ?? true)
      .map(({ name }) => ({ contestant: name, size, samples: [] as Sample[] })),
  );
  const workers: WorkerProcess[] = [];
  try {
    const starting: Promise<unknown>[] = [];
    for (const { contestant, size } of cells) {
      options.progress(`${scenario.name}: ${contestant} gets ready (${size})`);
      const young = scenario.countsProcessMemory ? 'tiny' : 'usual';
      const worker = new WorkerProcess({ scenario: scenario.name, contestant, size, quick: options.quick, young });
      workers.push(worker);
      starting.push(worker.ready);
      // One by one, so that none finds its pace while others take the processor; but where only the form counts, all at once.
      if (!options.quick) await worker.ready;
    }
    await Promise.all(starting);
    // The first round is for getting warm.
    for (let round = 0; round <= rounds; round++) {
      options.progress(`${scenario.name}: round ${round} of ${rounds}`);
      for (const [index, worker] of workers.entries()) {
        const sample = await worker.measure('round');
        if (round > 0) cells[index]?.samples.push(sample);
      }
    }
  } finally {
    for (const worker of workers) worker.stop();
  }
  const results = new Results(await withBytes(scenario, cells, options));
  const marks = scenario.marks.map((mark) => judge(mark, results));
  return { scenario, results, marks, ...(await explain(scenario, marks, options)) };
}

async function withBytes(scenario: Scenario, cells: readonly Cell[], options: MeasureOptions): Promise<readonly Cell[]> {
  const counted = cells.every(({ samples }) => samples.every((sample) => 'bytes' in sample));
  if (counted || !scenario.metrics.some(({ key }) => key === 'bytes')) return cells;
  const withBytes: Cell[] = [];
  for (const cell of cells) {
    const { contestant, size } = cell;
    options.progress(`${scenario.name}: bytes of ${contestant} (${size})`);
    const worker = new WorkerProcess({ scenario: scenario.name, contestant, size, quick: options.quick, young: 'roomy' });
    try {
      await worker.ready;
      const counts: number[] = [];
      for (let count = 0; count < 5; count++) counts.push((await worker.measure('bytes')).bytes ?? Number.NaN);
      const bytes = Math.max(0, median(counts));
      withBytes.push({ ...cell, samples: cell.samples.map((sample) => ({ ...sample, bytes })) });
    } finally {
      worker.stop();
    }
  }
  return withBytes;
}

function judge({ text, atMost, atLeast, measured: measuring }: Mark, results: Results): MeasuredMark {
  const measured = measuring(results);
  const met = measured <= (atMost ?? Infinity) && measured >= (atLeast ?? -Infinity);
  return {
    text,
    ...(atMost === undefined ? {} : { atMost }),
    ...(atLeast === undefined ? {} : { atLeast }),
    measured,
    met,
  };
}

async function explain(
  scenario: Scenario,
  marks: readonly MeasuredMark[],
  { profile, quick, progress }: MeasureOptions,
): Promise<Pick<Measured, 'time' | 'heap'>> {
  if (!profile || marks.every(({ met }) => met)) return {};
  const size = scenario.sizes.at(-1) as string;
  progress(`${scenario.name}: where it goes`);
  const contestant = scenario.subject ?? subjectName;
  const worker = new WorkerProcess({ scenario: scenario.name, contestant, size, quick, profiled: true });
  try {
    await worker.ready;
    await worker.measure('round');
    const time = await worker.profile('profile-time');
    return { time, heap: await worker.profile('profile-heap') };
  } finally {
    worker.stop();
  }
}
