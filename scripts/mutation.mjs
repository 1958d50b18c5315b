// Changes the machine in every way Stryker knows, sees whether a test notices, and writes the page about what nobody noticed.
//   node scripts/mutation.mjs [arguments of `stryker run`; then no page is written]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/**
 * @typedef {{ line: number, column: number }} Place
 * @typedef {{ status: string, replacement: string, location: { start: Place, end: Place } }} Mutant
 * @typedef {{ source: string, mutants: Mutant[] }} Source
 * @typedef {{ file: string, code: string, kind: string, why: string }} Excuse `code`: the line that was changed, as it stands in the file
 */

const core = join(root, 'packages', 'core');
const args = process.argv.slice(2);
const { ok } = await run('stryker', ['run', ...args], { cwd: core, show: true });
if (args.length > 0) process.exit(ok ? 0 : 1);

/** @type {{ framework: { version: string }, files: Record<string, Source> }} */
const report = JSON.parse(readFileSync(join(core, 'reports', 'mutation', 'mutation.json'), 'utf8'));
/** @type {{ kinds: Record<string, string>, survivors: Excuse[] }} */
const { kinds, survivors } = JSON.parse(readFileSync(join(core, 'test', 'mutation-survivors.json'), 'utf8'));

const detected = new Set(['Killed', 'Timeout']);
const undetected = new Set(['Survived', 'NoCoverage']);

/** @type {Map<Excuse, string[]>} */
const excused = new Map(survivors.map((excuse) => [excuse, []]));
/** @type {string[]} */
const unexplained = [];
/** @type {string[]} */
const rows = [];
const sum = { noticed: 0, all: 0 };

for (const [path, { source, mutants }] of Object.entries(report.files)) {
  const file = path.replace(/^.*\//, '');
  const lines = source.split('\n');
  const noticed = mutants.filter(({ status }) => detected.has(status)).length;
  const others = mutants.filter(({ status }) => undetected.has(status));
  for (const { location, replacement } of others) {
    const code = (lines[location.start.line - 1] ?? '').trim();
    const excuse = survivors.find((one) => one.file === file && one.code === code);
    if (excuse === undefined) unexplained.push(`${path}:${location.start.line} ${code} -> ${replacement}`);
    else excused.get(excuse)?.push(replacement);
  }
  const all = noticed + others.length;
  sum.noticed += noticed;
  sum.all += all;
  if (all > 0) rows.push(row(file, all, all - noticed, percent(noticed, all)));
}

/** @param {readonly (string | number)[]} cells */
function row(...cells) {
  return `| ${cells.join(' | ')} |`;
}

/** @param {number} part @param {number} whole */
function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

/** @param {string} code */
function quoted(code) {
  return `\`${code.replaceAll('|', '\\|')}\``;
}

const explained = Object.entries(kinds).map(([kind, meaning]) => {
  const found = [...excused].filter(([excuse, { length }]) => excuse.kind === kind && length > 0);
  const count = found.reduce((total, [, { length }]) => total + length, 0);
  const table = found.map(([{ file, code, why }, { length }]) => row(file, quoted(code), length, why));
  return [
    `### ${kind}: ${count}`,
    meaning,
    ['| file | line | changes | why |', '| --- | --- | --- | --- |', ...table].join('\n'),
  ];
});

const page = [
  '# Mutation testing',
  '<!-- Written by scripts/mutation.mjs: `npm run mutation` -->',
  `Stryker ${report.framework.version} changes \`packages/core/src/machine\` in every way it knows, one change at a time, and runs the
tests of the core for each (the random model with a few lives only). On ${new Date().toISOString().slice(0, 10)} the tests noticed
**${percent(sum.noticed, sum.all)}** of ${sum.all} changes.`,
  [
    '| file | changes | not noticed | score |',
    '| --- | --- | --- | --- |',
    ...rows,
    row('all', sum.all, sum.all - sum.noticed, percent(sum.noticed, sum.all)),
  ].join('\n'),
  '## What nobody notices, and why',
  ...explained.flat(),
];
writeFileSync(join(root, 'apps', 'docs', 'mutation.md'), `${page.join('\n\n')}\n`);

const stale = [...excused].filter(([, { length }]) => length === 0).map(([{ file, code }]) => `${file}: ${code}`);
for (const one of unexplained) process.stdout.write(`not noticed, and not explained: ${one}\n`);
for (const one of stale) process.stdout.write(`explained, and noticed by now: ${one}\n`);
process.exitCode = ok && unexplained.length + stale.length === 0 ? 0 : 1;
