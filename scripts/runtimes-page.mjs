import { outside } from './runtime-results.mjs';

/**
 * @typedef {import('./runtime-results.mjs').Outcome} Outcome
 * @typedef {import('./runtime-results.mjs').Reason} Reason
 * @typedef {import('./runtime-results.mjs').Result} Result
 * @typedef {import('./runtimes.mjs').Runtime} Runtime
 */

const introduction = `The tests of these packages are written for Node 20 and run there for every change. \`npm run test:runtimes\` runs the same
files, none left out and none changed, on what stands below; each runtime comes from its package on npm.`;

const reading = `What fails is listed below with the reason. A failure without a reason fails the command, and so does a reason
whose test passes by now. Most are differences of the modules \`node:net\`, \`node:tls\` and \`node:http\` there.`;

/**
 * @param {{
 *   runtimes: readonly Runtime[], packages: readonly string[], results: readonly Result[], explained: ReadonlyMap<Reason, readonly Outcome[]>,
 * }} findings
 */
export function runtimesPage({ runtimes, packages, results, explained }) {
  const days = results.map(({ report }) => report.day).filter((day) => day !== '');
  const day = days.sort()[0];
  const counts = runtimes.map((runtime) => {
    const cells = packages.map((suite) => count(results.find((one) => one.runtime === runtime && one.suite === suite)));
    return row(`${runtime.title} ${runtime.version}`, ...cells);
  });
  const sections = runtimes.flatMap((runtime) => {
    const found = [...explained].filter(([{ on }, failures]) => on === runtime.name && failures.length > 0);
    if (found.length === 0) return [];
    const total = found.reduce((sum, [, failures]) => sum + testsOf(failures).length, 0);
    return [
      `## What fails on ${runtime.title} ${runtime.version}: ${total}`,
      ...found.flatMap(([reason, failures]) => cause(reason, failures)),
    ];
  });
  const page = [
    '# Runtimes',
    '<!-- Written by scripts/runtimes.mjs: `npm run test:runtimes` -->',
    introduction,
    `Tests that pass, of all; run since ${day}:`,
    [row('', ...packages.map((name) => `@pool/${name}`)), row(...Array(packages.length + 1).fill('---')), ...counts].join('\n'),
    reading,
    ...sections,
  ];
  return `${page.join('\n\n')}\n`;
}

/** @param {Result | undefined} result */
function count(result) {
  if (result === undefined || result.report.day === '') return 'not run';
  const { passed } = result.report;
  const failures = testsOf(result.report.failures);
  const all = passed.length + failures.length;
  return failures.length === 0 ? `all ${all}` : `${passed.length} of ${all}`;
}

/** @param {Reason} reason @param {readonly Outcome[]} failures */
function cause({ why, tests, sometimes }, failures) {
  const { length } = testsOf(failures);
  // Errors that no test caught.
  if (length === 0) return [`**Besides.** ${why}`];
  const times = length === 1 ? '1 test' : `${length} tests`;
  const list = Object.entries(tests).flatMap(([file, names]) => [
    `- \`${file}\``,
    ...names.map((name) => `  - ${name.replaceAll('*', '…').replaceAll('<', '&lt;').replaceAll('|', '\\|')}`),
  ]);
  return [
    `**${times}${sometimes === true ? ', not each time' : ''}.** ${why}`,
    ['<details><summary>which</summary>', list.join('\n'), '</details>'].join('\n\n'),
  ];
}

/** @param {readonly Outcome[]} failures */
function testsOf(failures) {
  return failures.filter(({ name }) => name !== outside);
}

/** @param {readonly (string | number)[]} cells */
function row(...cells) {
  return `| ${cells.join(' | ')} |`;
}
