import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { verdicts } from './verdicts.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('the README has the table, row by row', () => {
  const rows = Object.entries(verdicts).map(
    ([outcome, { when, connection, replay, source }]) => `| \`${outcome}\` | ${when} | ${connection} | ${replay} | ${source} |`,
  );
  const table = readme.split('\n').filter((line) => /^\| `[a-z-]+` \|(.*\|){4}$/.test(line));
  expect(table).toEqual(rows);
});
