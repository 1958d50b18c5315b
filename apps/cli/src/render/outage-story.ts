import type { OutageReport, OutageWay, Slice } from '../outage/outage-report.ts';
import { errorList } from './error-list.ts';
import { duration, plural, whole } from './numbers.ts';
import type { Palette } from './palette.ts';
import { plainTable } from './plain-table.ts';
import { outageTitles } from './way-titles.ts';

const head = ['answered', 'failed', 'longest wait', 'tries to connect'];
/** As wide as the longest title and the gap of a table. */
const margin = 23;

export function outageStory(report: OutageReport, colors: Palette): string {
  const { bold, dim } = colors;
  const { ways, rate, workMs, sliceMs, downMs } = report;
  return [
    bold(`Now the server is killed, and is back ${duration(downMs)} later`),
    dim(`In each way ${plural(rate, 'request')} a second come in, each ${workMs} ms of work for the server.`),
    '',
    marks(report),
    ...ways.map((way) => `${title(way)}${timeline(way.timeline, colors)}`),
    `${' '.repeat(margin)}${dim(`${sliceMs} ms each: ▪ answers only   x errors   · nothing`)}`,
    '',
    summary(ways, colors),
    '',
    ...afterwards(report),
  ].join('\n');
}

function title({ way }: OutageWay): string {
  return outageTitles[way].padEnd(margin);
}

/** Where in the lines below it was killed, and where it was back. */
function marks({ killedAfterMs, downMs, sliceMs }: OutageReport): string {
  const column = (ms: number): number => margin + Math.floor(ms / sliceMs);
  const killed = 'killed ↓'.padStart(column(killedAfterMs) + 1);
  return `${killed.padEnd(column(killedAfterMs + downMs))}↓ back`;
}

function timeline(slices: readonly Readonly<Slice>[], { green, red, dim }: Palette): string {
  return slices.map(({ answered, failed }) => (failed > 0 ? red('x') : answered > 0 ? green('▪') : dim('·'))).join('');
}

function summary(ways: readonly OutageWay[], { dim, red, green }: Palette): string {
  return plainTable(
    ['', ...head].map((text) => dim(text)),
    ways.map((way) => [
      outageTitles[way.way],
      whole(way.answered),
      way.failed > 0 ? red(whole(way.failed)) : green('0'),
      duration(way.longestWaitMs),
      whole(way.triesWhileDown),
    ]),
  );
}

/** Why some failed, and how soon all was well again. */
function afterwards({ ways, min }: OutageReport): string[] {
  const failures = ways.filter(({ failed }) => failed > 0).map((way) => `${title(way)}failed with ${errorList(way.errorCodes)}`);
  const returns = ways.map((way) => {
    const first = way.firstAnswerAfterMs === null ? 'no answer' : `first answer after ${duration(way.firstAnswerAfterMs)}`;
    const full = way.fullAfterMs === null ? '' : `, pool of ${min} full after ${duration(way.fullAfterMs)}`;
    return `${title(way)}${first}${full}`;
  });
  return [...failures, ...(failures.length > 0 ? [''] : []), 'Counted from the return of the server:', ...returns];
}
