import type { ConnectionRow, ConnectionState } from '../watch/connection-row.ts';
import { span, whole } from './numbers.ts';
import type { Palette } from './palette.ts';

/** One line each, with a title above; at most so many lines. Columns keep their width, whatever is in them. */
export function connectionTable(rows: readonly ConnectionRow[], lines: number, colors: Palette): readonly string[] {
  if (lines < 2) return [];
  const title = colors.dim(cells('#', 'state', 'for', 'age', 'lent'));
  if (rows.length === 0) return [title, colors.red('  no connection')];
  const all = rows.map((row) => line(row, colors));
  if (all.length < lines) return [title, ...all];
  const hidden = rows.slice(lines - 2);
  return [title, ...all.slice(0, lines - 2), colors.dim(`  and ${hidden.length} more: ${counted(hidden)}`)];
}

function line({ id, state, forMs, ageMs, uses, attempt, reason }: ConnectionRow, colors: Palette): string {
  const start = [id === undefined ? '' : String(id), state, span(forMs)] as const;
  // What comes or goes says why instead of how old it is.
  const note = reason ?? (state === 'opening' && attempt > 1 ? `try ${attempt}` : undefined);
  const text =
    note !== undefined || ageMs === undefined ? `${cells(...start)}  ${note ?? ''}` : cells(...start, span(ageMs), whole(uses));
  return stateColor(state, colors)(text.trimEnd());
}

function cells(id: string, state: string, since: string, ...numbers: readonly string[]): string {
  return [id.padStart(4), ` ${state.padEnd(8)}`, ...[since, ...numbers].map((number) => number.padStart(6))].join(' ');
}

function counted(rows: readonly ConnectionRow[]): string {
  const counts = new Map<ConnectionState, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

export function stateColor(state: ConnectionState, { green, cyan, yellow, magenta, dim }: Palette): (text: string) => string {
  return { idle: green, leased: cyan, opening: yellow, checking: magenta, closing: dim }[state];
}
