import type { Machine } from './machine.ts';

/** A table in Markdown; the first column is text, the others are numbers or say why not. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** What the numbers of a page are true of, in one sentence. */
export function ranOn({ node, system, processor, cores, memoryGiB, versions }: Machine): string {
  const packages = Object.entries(versions)
    .filter(([, version]) => version !== '0.0.0')
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return `Node.js ${node}, ${system}, ${cores} × ${processor}, ${memoryGiB} GiB, shared with other work; ${packages}.`;
}
