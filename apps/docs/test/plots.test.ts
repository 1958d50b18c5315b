import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../src/pages.ts';
import { type Bar, bars } from '../src/plots.ts';
import { tableOf } from '../src/table-of.ts';

const [, ...rows] = tableOf(readFileSync(join(root, 'apps/bench/README.md'), 'utf8'), '## Results');

function column(index: number): readonly Bar[] {
  return rows.map((cells) => {
    const [name = ''] = cells;
    const kind = name === '@pool/core' ? 'ours' : /floor|by hand/.test(name) ? 'floor' : 'others';
    // What stands behind a comma or a colon explains the name.
    return { name: name.replace(/^await a .*$/, 'await + pop/push').replace(/,.*$/, ''), value: number(cells[index]), kind };
  });
}

function number(cell = ''): number {
  const value = Number(/[\d\s,.]+/.exec(cell)?.[0].replaceAll(/[\s,]/g, ''));
  if (!(value > 0)) throw new Error(`'${cell}' is no number`);
  return value;
}

it('the plot of time per lease shows what was measured', async () => {
  await expect(bars('Acquire and release of an idle connection', 'ns', column(1))).toMatchFileSnapshot('../plots/lend-time.svg');
});

it('the plot of memory per lease shows what was measured', async () => {
  await expect(bars('Bytes allocated by an acquire and release', 'B', column(3))).toMatchFileSnapshot('../plots/lend-memory.svg');
});
