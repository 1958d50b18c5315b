import { existsSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { root } from './run.mjs';

/**
 * @typedef {{ file: string, name: string, message: string }} Outcome `file`: from the root; `name`: with those of its groups
 * @typedef {{ day: string, passed: Outcome[], failures: Outcome[], skipped: number }} Report
 * @typedef {{ runtime: import('./runtimes.mjs').Runtime, suite: string, report: Report }} Result
 * @typedef {{ on: string, why: string, tests: Record<string, string[]>, sometimes?: true }} Reason
 *   `on`: the name of the runtime; `tests`: by file, `*` stands for anything; `sometimes`: they depend on chance, and may pass
 */

/** What fails without being a test: an import, or an error that no test caught. */
export const outside = '(outside of its tests)';

/** @param {string} file what vitest's JSON reporter wrote; its log stands beside it @returns {Report} */
export function readReport(file) {
  if (!existsSync(file)) {
    return { day: '', passed: [], failures: [{ file: '', name: outside, message: `no report: ${file}` }], skipped: 0 };
  }
  const { testResults, startTime, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, 'utf8'));
  /** @type {Report} */
  const report = {
    day: new Date(startTime).toISOString().slice(0, 10),
    passed: [],
    failures: [],
    skipped: numPendingTests + numTodoTests,
  };
  for (const { name: path, message = '', status, assertionResults } of testResults) {
    const of = relative(root, path).split(sep).join('/');
    for (const { status: how, fullName, failureMessages } of assertionResults) {
      const [first = ''] = (failureMessages?.[0] ?? '').split('\n');
      if (how === 'passed') report.passed.push({ file: of, name: fullName, message: '' });
      if (how === 'failed') report.failures.push({ file: of, name: fullName, message: first });
    }
    const noTest = !assertionResults.some((/** @type {{ status: string }} */ one) => one.status === 'failed');
    if (status === 'failed' && noTest) report.failures.push({ file: of, name: outside, message });
  }
  // The JSON does not tell of errors that no test caught.
  const log = file.replace(/json$/, 'log');
  const uncaught = existsSync(log) ? /^ +Errors +(\d+) error/m.exec(readFileSync(log, 'utf8'))?.[1] : undefined;
  if (uncaught !== undefined) report.failures.push({ file: '(no file)', name: outside, message: `${uncaught} uncaught: ${log}` });
  return report;
}

/**
 * @param {readonly Result[]} results
 * @param {readonly Reason[]} reasons
 * @returns {{ explained: Map<Reason, Outcome[]>, problems: string[] }} problems: failures without a reason, and reasons without a failure
 */
export function judge(results, reasons) {
  /** @type {Map<Reason, Outcome[]>} */
  const explained = new Map(reasons.map((reason) => [reason, []]));
  /** @type {string[]} */
  const problems = [];
  for (const { runtime, suite, report } of results) {
    const own = reasons.filter(({ on }) => on === runtime.name);
    for (const failure of report.failures) {
      const reason = own.find((one) => speaksOf(one, failure));
      if (reason === undefined) {
        problems.push(`${runtime.name} ${suite}, not explained: ${failure.file}: ${failure.name}\n    ${failure.message}`);
      } else explained.get(reason)?.push(failure);
    }
    for (const pass of report.passed) {
      const reason = own.find((one) => one.sometimes !== true && speaksOf(one, pass));
      if (reason !== undefined)
        problems.push(`${runtime.name} ${suite}, explained, and passes by now: ${pass.file}: ${pass.name}`);
    }
    if (report.skipped > 0) problems.push(`${runtime.name} ${suite}: ${report.skipped} tests were skipped`);
  }
  for (const reason of reasons) {
    for (const [file, patterns] of Object.entries(reason.tests)) {
      for (const pattern of patterns) {
        const one = { ...reason, tests: { [file]: [pattern] } };
        const met = results.some(
          ({ runtime, report }) =>
            runtime.name === reason.on &&
            [...report.failures, ...(reason.sometimes === true ? report.passed : [])].some((outcome) => speaksOf(one, outcome)),
        );
        if (!met) problems.push(`${reason.on}, explained, and no such failure: ${file}: ${pattern}`);
      }
    }
  }
  return { explained, problems };
}

/** @param {Reason} reason @param {Outcome} outcome */
function speaksOf({ tests }, { file, name }) {
  return (tests[file] ?? []).some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
  });
}
