// Runs the tests of core, net, tls and http on other runtimes than the one in use, and writes the page about what those cannot do.
//   node scripts/runtimes.mjs [runtime | package ...], for instance `bun`, or `deno net tls`; the rest is taken from its last run
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, run, succeed } from './run.mjs';
import { judge, readReport } from './runtime-results.mjs';
import { runtimesPage } from './runtimes-page.mjs';

/**
 * @typedef {{ name: string, title: string, from: string, version: string, command: readonly string[] }} Runtime
 *   `from`: the package of npm that brings it; `command`: its program there and what comes before the script
 */

/** @type {readonly Runtime[]} */
const runtimes = [
  { name: 'node-22', title: 'Node', from: 'node', version: '22.23.3', command: ['node'] },
  { name: 'node-24', title: 'Node', from: 'node', version: '24.21.0', command: ['node'] },
  { name: 'node-26', title: 'Node', from: 'node', version: '26.10.0', command: ['node'] },
  // Without --bun it would start the node that the script asks for.
  { name: 'bun', title: 'Bun', from: 'bun', version: '1.4.5', command: ['bun', '--bun'] },
  { name: 'deno', title: 'Deno', from: 'deno', version: '2.9.6', command: ['deno', 'run', '-A', '--node-modules-dir=manual'] },
];
const packages = ['core', 'net', 'tls', 'http'];

/** A suite that hangs is a failure. The slowest takes ten minutes: on Deno, where many tests of HTTP end by their limit. */
const suiteLimitMs = 40 * 60_000;

const cache = join(root, 'node_modules', '.cache', 'runtimes');
const reportOf = (/** @type {Runtime} */ { name }, /** @type {string} */ suite) =>
  join(cache, 'reports', `${name}-${suite}.json`);

const asked = process.argv.slice(2);
const known = [...runtimes.map(({ name }) => name), ...packages];
const unknown = asked.filter((one) => !known.includes(one));
if (unknown.length > 0) {
  process.stderr.write(`runtimes: nothing is called ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}

/** @param {readonly string[]} names */
const wanted = (names) => (names.some((name) => asked.includes(name)) ? names.filter((name) => asked.includes(name)) : names);
const chosen = wanted(runtimes.map(({ name }) => name));

mkdirSync(join(cache, 'reports'), { recursive: true });
for (const runtime of runtimes.filter(({ name }) => chosen.includes(name))) {
  const program = await installed(runtime);
  for (const suite of wanted(packages)) await runSuite(runtime, program, suite);
}

const { reasons } = JSON.parse(readFileSync(join(root, 'scripts', 'runtimes.json'), 'utf8'));
const results = runtimes.flatMap((runtime) =>
  packages.map((suite) => ({ runtime, suite, report: readReport(reportOf(runtime, suite)) })),
);
const { explained, problems } = judge(results, reasons);
// A page without all of them would tell less than the one before.
if (results.every(({ report }) => report.day !== ''))
  writeFileSync(join(root, 'apps', 'docs', 'runtimes.md'), runtimesPage({ runtimes, packages, results, explained }));
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(
  `\nruntimes: ${problems.length === 0 ? 'every failure is explained' : `FAILED, ${problems.length} to look at`}\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Not among the dependencies of the workspace, where each would come first on everybody's PATH. @param {Runtime} runtime */
async function installed({ name, from, version, command: [program = from] }) {
  const prefix = join(cache, name);
  const bin = join(prefix, 'node_modules', '.bin');
  const { ok, output } = await run(join(bin, program), ['--version']);
  if (!ok || !output.includes(version)) {
    process.stdout.write(`installing ${from} ${version}\n`);
    rmSync(prefix, { recursive: true, force: true });
    mkdirSync(prefix, { recursive: true });
    await succeed('npm', ['install', `--prefix=${prefix}`, '--no-save', '--no-audit', '--no-fund', `${from}@${version}`]);
  }
  return bin;
}

/** @param {Runtime} runtime @param {string} bin @param {string} suite */
async function runSuite(runtime, bin, suite) {
  const [program = '', ...before] = runtime.command;
  const file = reportOf(runtime, suite);
  rmSync(file, { force: true });
  const vitest = [...before, join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', suite];
  const since = performance.now();
  const { output } = await run(
    join(bin, program),
    [...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    {
      timeoutMs: suiteLimitMs,
      env: {
        // Children that are started by name are of the same runtime.
        PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
        // A server that is not installed is a failure, and no test is skipped in silence.
        CI: 'true',
        NO_COLOR: '1',
        DENO_DIR: join(cache, 'deno-dir'),
        DENO_NO_UPDATE_CHECK: '1',
      },
    },
  );
  writeFileSync(file.replace(/json$/, 'log'), output);
  const { passed, failures } = readReport(file);
  const seconds = ((performance.now() - since) / 1000).toFixed(0);
  process.stdout.write(`${runtime.name} ${suite}: ${passed.length} passed, ${failures.length} failed, ${seconds} s\n`);
}
