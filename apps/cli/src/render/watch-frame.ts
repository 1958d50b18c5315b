import cliTruncate from 'cli-truncate';
import { explainFailure } from '../targets/explain-failure.ts';
import type { ScreenSize } from '../terminal/full-screen.ts';
import type { ConnectionState } from '../watch/connection-row.ts';
import type { WatchEvent } from '../watch/watch-event.ts';
import type { WatchState } from '../watch/watch-state.ts';
import { connectionTable, stateColor } from './connection-table.ts';
import { flow } from './flow.ts';
import { forTerminal } from './for-terminal.ts';
import { duration, span, whole } from './numbers.ts';
import type { Palette } from './palette.ts';
import { watchEventLines } from './watch-event-line.ts';

export interface Shown {
  readonly state: WatchState;
  /** The latest last; those that no screen has room for may be missing. */
  readonly events: readonly WatchEvent[];
  /** What may be pressed, and does what. */
  readonly keys: readonly string[];
}

const states: readonly ConnectionState[] = ['idle', 'leased', 'opening', 'checking', 'closing'];
/** Smaller ones have no room for lines with nothing on them. */
const roomyRows = 16;

/** Everything about a watched pool, in as many lines as the screen has. */
export function watchFrame({ state, events, keys }: Shown, { columns, rows }: ScreenSize, colors: Palette): readonly string[] {
  // In the last column some terminals take the next thing that is written for the next line.
  const width = Math.max(1, columns - 1);
  const gap = rows >= roomyRows ? [''] : [];
  const head = [...flow(title(state, colors), width), ...headLines(state, width, colors), ...gap];
  const foot = [...gap, ...flow(keys, width).map((line) => colors.dim(line))];
  const room = Math.max(0, rows - head.length - foot.length - gap.length);
  const told = events.slice(-rows).map((event) => watchEventLines(event, width, colors));
  // Events get what the connections leave, and a third at least.
  const forEvents = Math.min(
    told.flat().length,
    Math.max(room - Math.max(1, state.connections.length) - 1, Math.floor(room / 3)),
  );
  const table = connectionTable(state.connections, room - forEvents, colors);
  const latest = lastThatFit(told, room - table.length);
  const body = [...table, ...gap, ...latest];
  const filler = Array.from({ length: Math.max(0, room + gap.length - body.length) }, () => '');
  return [...head, ...body, ...filler, ...foot].slice(0, rows).map((line) => cliTruncate(line, width));
}

/** Whole ones. */
function lastThatFit(told: readonly (readonly string[])[], room: number): readonly string[] {
  const lines: string[] = [];
  for (const event of told.toReversed()) {
    if (lines.length + event.length > room) break;
    lines.unshift(...event);
  }
  return lines;
}

function title({ name, server }: WatchState, { bold, dim, red }: Palette): readonly string[] {
  if (server === undefined) return [bold(name)];
  const whose = server.pid === undefined ? red('the embedded server, away') : dim(`the embedded server, process ${server.pid}`);
  return [bold(name), whose];
}

function headLines(state: WatchState, width: number, colors: Palette): readonly string[] {
  const { stats, load } = state;
  const { dim, red } = colors;
  const counts = states.map((name) => {
    const text = `${name} ${whole(stats[name])}`;
    return stats[name] > 0 ? stateColor(name, colors)(text) : dim(text);
  });
  const waiting = `waiting ${whole(stats.waiting)}`;
  counts.push(
    stats.waiting > 0 ? red(waiting) : dim(waiting),
    ...(stats.waiting > 0 ? [red(`oldest wait ${span(stats.oldestWaitMs)}`)] : []),
  );
  return [
    ...flow(counts, width),
    ...flow(times(state, colors), width),
    ...(load === undefined ? [] : flow(loadItems(load, colors), width)),
    ...flow(failureItems(state), width).map((line) => red(line)),
  ];
}

function times({ upMs, pool, stats, fullness }: WatchState, { dim, green, red, yellow }: Palette): readonly string[] {
  const { min, max, effectiveMax, learnedIdleLimitMs } = stats;
  const { firstMs, againMs, shortForMs } = fullness;
  return [
    pool === 'open' ? dim(`keeps ${min}, at most ${max}`) : yellow(pool),
    ...(effectiveMax < max ? [yellow(`${effectiveMax} for now`)] : []),
    ...(firstMs === undefined ? [] : [dim(`ready after ${duration(firstMs)}`)]),
    ...(againMs === undefined ? [] : [green(`again after ${duration(againMs)}`)]),
    ...(shortForMs === undefined ? [] : [red(`not full for ${span(shortForMs)}`)]),
    ...(learnedIdleLimitMs === undefined ? [] : [yellow(`closed when idle for ${duration(learnedIdleLimitMs)}`)]),
    dim(`up ${span(upMs)}`),
  ];
}

function loadItems({ perSecond, answered, failed, lastMs }: NonNullable<WatchState['load']>, { dim, red }: Palette): string[] {
  return [
    dim(`${perSecond} requests/s`),
    dim(`${whole(answered)} answered`),
    (failed > 0 ? red : dim)(`${whole(failed)} failed`),
    ...(lastMs === undefined ? [] : [dim(`the last took ${duration(lastMs)}`)]),
  ];
}

function failureItems({ failure, stats }: WatchState): readonly string[] {
  if (failure === undefined) return [];
  const { error, retryInMs } = failure;
  const next =
    stats.opening > 0 ? 'trying now' : retryInMs === undefined ? 'nothing opens any more' : `next in ${span(retryInMs)}`;
  const failures = stats.consecutiveFailures;
  return [`${whole(failures)} ${failures === 1 ? 'try' : 'tries'} failed`, next, forTerminal(explainFailure(error))];
}
