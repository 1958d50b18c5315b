import { readdirSync } from 'node:fs';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Packages are tested from their sources, so that no build has to come before a test. */
const sources = '@pool/source';

const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`),
);

const project = (root: string, name: string, tests: string): TestProjectInlineConfiguration => ({
  extends: true,
  root,
  test: { name, include: [`${tests}.test.ts`] },
});

export default defineConfig({
  resolve: { conditions: [sources, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [sources, 'module', 'node', 'development|production'] } },
  // Node 20 knows no `using` syntax.
  oxc: { target: 'es2022' },
  test: {
    environment: 'node',
    exclude: [...configDefaults.exclude, '**/.stryker-tmp/**'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    unstubEnvs: true,
    restoreMocks: true,
    // A snapshot that is missing is a failure everywhere, not on CI alone.
    update: 'none',
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**', 'apps/*/src/**'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
    projects: [
      ...folders.map((folder) => project(folder, folder.replace(/^.*\//, ''), '**/*')),
      project('.', 'workspace', 'test/**/*'),
    ],
  },
});
