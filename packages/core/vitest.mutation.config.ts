import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const sources = '@pool/source';

/** Most mutants are noticed by the test beside the source, and then no other has to run; chance comes last. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = [/src\/machine\/[^/]+$/, /src\/[^/]+$/, /test\/(?!model)[^/]+$/, /test\/model[^/]+$/];
    const place = ({ moduleId }: TestSpecification): number => order.findIndex((folder) => folder.test(moduleId));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

/** The tests that Stryker runs for each mutant of the machine: all of the core but what is slow or starts processes. */
export default defineConfig({
  resolve: { conditions: [sources, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [sources, 'module', 'node', 'development|production'] } },
  oxc: { target: 'es2022' },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      'test/{process-exit,hooks-that-call-back,hooks-that-misbehave,random-use,many-waits}.test.ts',
      // Compares with a page of the docs, which is not in what Stryker copies.
      'test/life-of-a-connection.test.ts',
    ],
    // A few lives instead of thousands: whatever they miss has to be found by a test that says what it is about.
    env: { MODEL_LIVES: '40', MODEL_STEPS: '200' },
    isolate: false,
    sequence: { sequencer: NearestFirst },
    unstubEnvs: true,
    restoreMocks: true,
    update: 'none',
  },
});
