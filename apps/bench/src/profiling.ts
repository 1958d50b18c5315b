import { type HeapProfiler, type Profiler, Session } from 'node:inspector/promises';
import { basename } from 'node:path';

/** A function, and its share of what was measured: of the time, or of the bytes. */
export interface Hotspot {
  readonly name: string;
  readonly file: string;
  readonly share: number;
}

/**
 * Where the time goes, from when it is made. The profiler knows the names only of what was compiled under its eyes, so it must be
 * started before anything else, and `during` says which part counts.
 */
export class TimeProfile {
  readonly #session = new Session();

  static async start(): Promise<TimeProfile> {
    const made = new TimeProfile();
    made.#session.connect();
    await made.#session.post('Profiler.enable');
    await made.#session.post('Profiler.setSamplingInterval', { interval: 200 });
    await made.#session.post('Profiler.start');
    return made;
  }

  async during(run: () => Promise<unknown>): Promise<readonly Hotspot[]> {
    // The profile's own clock, in microseconds.
    const start = Number(process.hrtime.bigint()) / 1000;
    await run();
    const { profile } = await this.#session.post('Profiler.stop');
    this.#session.disconnect();
    return hotspots(selfTimes(profile, start));
  }
}

/** Who allocates what while `run` runs, counting also what is garbage afterwards. */
export async function profileHeap(run: () => Promise<unknown>): Promise<readonly Hotspot[]> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 1024,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  } as HeapProfiler.StartSamplingParameterType);
  await run();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  return hotspots(selfSizes(profile.head));
}

interface Weighed {
  readonly frame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly weight: number;
}

function* selfTimes({ nodes, samples = [], timeDeltas = [], startTime }: Profiler.Profile, from: number): Generator<Weighed> {
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  let time = startTime;
  for (const [index, id] of samples.entries()) {
    const weight = timeDeltas[index] ?? 0;
    time += weight;
    const frame = frames.get(id);
    if (frame !== undefined && time >= from) yield { frame, weight };
  }
}

function* selfSizes(node: HeapProfiler.SamplingHeapProfileNode): Generator<Weighed> {
  yield { frame: node.callFrame, weight: node.selfSize };
  for (const child of node.children) yield* selfSizes(child);
}

/** What is asleep or measures is no part of what was measured. */
const outside = new Set(['(idle)', '(program)', '(root)']);

function hotspots(weighed: Iterable<Weighed>): readonly Hotspot[] {
  const spots = new Map<string, { readonly name: string; readonly file: string; weight: number }>();
  let total = 0;
  for (const { frame, weight } of weighed) {
    if (outside.has(frame.functionName)) continue;
    const file = frame.url === '' ? '' : `${fileName(frame.url)}:${frame.lineNumber + 1}`;
    const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
    const key = `${name} ${file}`;
    const spot = spots.get(key) ?? { name, file, weight: 0 };
    spot.weight += weight;
    total += weight;
    spots.set(key, spot);
  }
  return [...spots.values()]
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, 10)
    .map(({ name, file, weight }) => ({ name, file, share: weight / total }));
}

/** Without what a bundler puts into it to tell one version from the next. */
function fileName(url: string): string {
  return basename(url).replace(/-[\w-]{8}(?=\.js$)/, '');
}
