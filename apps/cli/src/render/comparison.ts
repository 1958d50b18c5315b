import type { ComparedWay } from '../load/compare-ways.ts';
import { errorList } from './error-list.ts';
import { duration, ratio, whole } from './numbers.ts';
import type { Palette } from './palette.ts';
import { plainTable } from './plain-table.ts';
import { comparedTitle } from './way-titles.ts';

const head = ['requests/s', '', 'p50', 'p99', 'connections', 'errors'];

export function comparison(ways: readonly ComparedWay[], colors: Palette): string {
  const { dim, bold, red, green } = colors;
  const requests = ways[0]?.requests ?? 0;
  const rows = ways.map((way, index) => [
    comparedTitle(way),
    bold(whole(way.requestsPerSecond)),
    index === 0 ? dim(ratio(way.ratio)) : green(ratio(way.ratio)),
    duration(way.p50Ms),
    duration(way.p99Ms),
    whole(way.connectionsOpened),
    way.errors > 0 ? red(whole(way.errors)) : '0',
  ]);
  const lines = [
    plainTable(
      [`${whole(requests)} requests, with`, ...head].map((title) => dim(title)),
      rows,
    ),
  ];
  for (const way of ways) {
    if (way.errors > 0) lines.push(`${comparedTitle(way)}: ${red(errorList(way.errorCodes))}`);
  }
  lines.push(dim('Times are what a caller waits, for a connection as well as for the answer.'));
  return lines.join('\n');
}
