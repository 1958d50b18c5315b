import Table from 'cli-table3';

const borders = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
] as const;

/** Columns without lines around them: the first to the left, numbers to the right. Cells may be coloured. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    chars: { ...Object.fromEntries(borders.map((name) => [name, ''])), middle: '  ' },
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of [head, ...rows]) table.push([...row]);
  // Nobody wants spaces at the end of lines.
  return table.toString().replace(/[^\S\n]+$/gm, '');
}
