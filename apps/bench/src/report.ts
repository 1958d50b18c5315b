import Table from 'cli-table3';
import pc from 'picocolors';
import type { Machine } from './machine.ts';
import type { Measured, MeasuredMark } from './measure.ts';
import type { Hotspot } from './profiling.ts';
import { type Metric, subjectName } from './scenarios/scenario.ts';

export function renderMachine(machine: Machine): string {
  const { node, v8, system, processor, cores, memoryGiB, versions, fromSource } = machine;
  const lines = [
    `Node.js ${node} (V8 ${v8}), ${system}, ${cores} × ${processor}, ${memoryGiB} GiB`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ];
  if (fromSource) lines.push(pc.yellow('Run from the sources, through a loader: good for trying out, not for quoting.'));
  return lines.join('\n');
}

export function renderMeasured(measured: Measured): string {
  const { scenario, marks, time, heap } = measured;
  const parts = [`${pc.bold(scenario.name)}  ${scenario.title}`, table(measured), marks.map(renderMark).join('\n')];
  if (time !== undefined) parts.push(renderHotspots(`Where the time goes, ${scenario.subject ?? subjectName}`, time));
  if (heap !== undefined) parts.push(renderHotspots(`Who allocates, ${scenario.subject ?? subjectName}`, heap));
  return parts.join('\n');
}

function table({ scenario, results }: Measured): string {
  const { metrics, sizes, baseline } = scenario;
  const sized = sizes.length > 1;
  const [first] = metrics as readonly [Metric];
  const rendered = new Table({
    head: [
      '',
      ...(sized ? ['with'] : []),
      ...metrics.map(({ title, unit }) => `${unit} ${title}`),
      `× ${baseline}`,
      'from',
      'to',
    ],
    style: { head: [], border: [] },
    colAligns: ['left', ...(sized ? ['left' as const] : []), ...metrics.map(() => 'right' as const), 'right', 'right', 'right'],
  });
  for (const { contestant, size } of results.cells) {
    const values = results.values(first.key, contestant, size);
    const row = [
      contestant,
      ...(sized ? [size] : []),
      ...metrics.map(({ key, unit }) => show(results.median(key, contestant, size), unit)),
      results.ratio(first.key, contestant, baseline, size).toFixed(2),
      show(Math.min(...values), first.unit),
      show(Math.max(...values), first.unit),
    ];
    rendered.push(contestant === (scenario.subject ?? subjectName) ? row.map((text) => pc.bold(text)) : row);
  }
  return rendered.toString();
}

function renderMark(mark: MeasuredMark): string {
  const { text, atMost, atLeast, measured, met } = mark;
  const wanted = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  const value = Number.isInteger(measured) ? String(measured) : measured.toFixed(measured < 100 ? 2 : 0);
  return `${met ? pc.green('met   ') : pc.red('missed')}  ${value} ${text} (wanted: ${wanted})`;
}

function renderHotspots(title: string, hotspots: readonly Hotspot[]): string {
  const lines = hotspots.map(({ name, file, share }) => `  ${(100 * share).toFixed(1).padStart(5)} %  ${name} ${pc.dim(file)}`);
  return [`${title}:`, ...lines].join('\n');
}

function show(value: number, unit: Metric['unit']): string {
  if (Number.isNaN(value)) return '';
  if (unit === 'count') return String(Math.round(value));
  if (value < 10) return value.toFixed(1);
  return value < 100 && unit === 'ms' ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

/** For machines: everything that was measured, round by round. */
export function toJson(machine: Machine, measured: readonly Measured[]): object {
  return {
    machine,
    scenarios: measured.map(({ scenario, results, marks, time, heap }) => ({
      name: scenario.name,
      title: scenario.title,
      baseline: scenario.baseline,
      cells: results.cells.map(({ contestant, size, samples }) => ({
        contestant,
        size,
        metrics: Object.fromEntries(
          scenario.metrics.map(({ key, unit }) => [
            key,
            {
              unit,
              median: results.median(key, contestant, size),
              ratio: finite(results.ratio(key, contestant, scenario.baseline, size)),
              rounds: samples.map((sample) => sample[key]),
            },
          ]),
        ),
      })),
      marks,
      ...(time === undefined ? {} : { time }),
      ...(heap === undefined ? {} : { heap }),
    })),
  };
}

/** A ratio to nothing is none. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
