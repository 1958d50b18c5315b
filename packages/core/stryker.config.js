// npm run mutation: changes the machine in every way Stryker knows, and sees whether a test notices. See apps/docs/mutation.md.

/** @type {import('@stryker-mutator/core').PartialStrykerOptions} */
export default {
  mutate: ['src/machine/*.ts', '!src/machine/*.test.ts'],
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // Not all of the machine's sources are run by each test, so most mutants take less than a second.
  concurrency: 2,
  // Some mutants loop for ever; the tests themselves are done within seconds.
  timeoutMS: 5000,
  timeoutFactor: 2,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['progress', 'clear-text', 'json', 'html'],
  clearTextReporter: { reportTests: false, allowColor: false, logTests: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  htmlReporter: { fileName: 'reports/mutation/mutation.html' },
  thresholds: { high: 95, low: 90, break: 90 },
  ignorePatterns: ['dist', 'reports', '.turbo'],
  tempDirName: '.stryker-tmp',
  cleanTempDir: 'always',
};
