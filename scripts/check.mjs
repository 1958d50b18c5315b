// Everything that is asked of a change, in the order in which it is cheap to know.
//   node scripts/check.mjs [step...]
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectPackages } from './packed.mjs';
import { root, run } from './run.mjs';

/**
 * @typedef {{ ok: boolean, output: string }} Outcome
 * @typedef {{ title: string, needs?: string, shows?: boolean, run: () => Promise<Outcome> }} Step
 */

const report = join(root, 'node_modules', '.cache', 'tests.json');

/** @type {Record<string, Step>} */
const steps = {
  lint: { title: 'format and lint', run: () => run('biome', ['check', '--error-on-warnings']) },
  manifests: { title: 'manifests agree', run: () => run('sherif', ['--fail-on-warnings']) },
  unused: { title: 'nothing unused', run: () => run('knip', ['--no-progress', '--no-config-hints']) },
  types: { title: 'types', run: () => run('turbo', ['run', 'types', 'types:workspace']) },
  tests: {
    title: 'tests',
    shows: true,
    run: () => {
      mkdirSync(join(report, '..'), { recursive: true });
      return run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { show: true });
    },
  },
  build: { title: 'build', run: () => run('turbo', ['run', 'build']) },
  size: { title: 'size', needs: 'build', run: () => run('size-limit', []) },
  packed: { title: 'packages, as installed', needs: 'build', run: inspectPackages },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(steps, name));
if (unknown.length > 0) {
  process.stderr.write(`check: no step is called ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}\n`);
  process.exit(2);
}

const started = performance.now();
const seconds = (/** @type {number} */ since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
/** @type {string[]} */
const failed = [];

for (const [name, step] of Object.entries(steps)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  if (step.needs !== undefined && failed.includes(step.needs)) {
    process.stdout.write(`- ${step.title}: not without ${step.needs}\n`);
    continue;
  }
  const since = performance.now();
  const { ok, output } = await step.run();
  if (!ok) failed.push(name);
  process.stdout.write(`${ok ? '✓' : '✗'} ${step.title} ${seconds(since)}\n`);
  if (!ok && output !== '') process.stdout.write(`${output}\n`);
}

if (failed.length > 0) {
  process.stdout.write(
    `\ncheck: FAILED after ${seconds(started)}: ${failed.join(', ')} (again: npm run check -- ${failed.join(' ')})\n`,
  );
  process.exitCode = 1;
} else {
  process.stdout.write(`\ncheck: everything passes (${seconds(started)})\n`);
}
if (asked.length === 0 || asked.includes('tests')) {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  process.stdout.write(`tests: ${numPassedTests} passed, ${numFailedTests} failed${skipped}\n`);
}
