import type { Farewell } from '../watch/watcher.ts';
import { errorList } from './error-list.ts';
import { plural, span, whole } from './numbers.ts';

/** What came of it, and what was closed in the end. */
export function watchFarewell({ upMs, report, totals, load }: Farewell): readonly string[] {
  const { opened, openFailed, closed, abandoned, detached } = totals;
  const cutOff = report.leaked.map(({ connectionId }) => `#${connectionId}`);
  const last = closed['pool-closed'] ?? 0;
  const lines = [
    `closed ${plural(last, 'connection')} after ${span(upMs)}; ${cutOff.length === 0 ? 'nothing was left lent' : `cut off while lent: ${cutOff.join(', ')}`}`,
    `opened ${whole(opened)}, failed to open ${whole(openFailed)}; closed ${errorList(closed) || 'none'}`,
  ];
  if (load !== undefined) lines.push(`${plural(load.answered, 'request')} answered, ${whole(load.failed)} failed`);
  const left = opened - Object.values(closed).reduce((sum, count) => sum + count, 0) - detached - abandoned;
  if (left + abandoned > 0) lines.push(`could not be closed: ${left + abandoned}`);
  return lines;
}
