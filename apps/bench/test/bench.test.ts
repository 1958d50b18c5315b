import { fileURLToPath } from 'node:url';
import { runTypeScript } from '@pool/testkit';
import { expect, test } from 'vitest';

interface Report {
  readonly machine: { readonly versions: Readonly<Record<string, string>> };
  readonly scenarios: readonly {
    readonly name: string;
    readonly baseline: string;
    readonly cells: readonly {
      readonly contestant: string;
      readonly metrics: Readonly<Record<string, { readonly median: number; readonly ratio?: number }>>;
    }[];
  }[];
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('a quick run measures ourselves, the floor and the other pools, and names their versions', async () => {
  const { exitCode, stdout, stderr } = await runTypeScript(main, {
    args: ['--quick', '--json', '--no-profile', '--only', 'lend', 'try'],
    timeoutMs: 120_000,
  });
  expect(stderr).not.toMatch(/error/i);
  expect(exitCode).toBe(0);
  const { machine, scenarios } = JSON.parse(stdout) as Report;
  expect(Object.keys(machine.versions)).toEqual(expect.arrayContaining(['@pool/core', 'generic-pool', 'tarn']));
  expect(scenarios.map(({ name }) => name)).toEqual(['lend', 'try']);
  for (const { cells, baseline } of scenarios) {
    expect(cells.map(({ contestant }) => contestant)).toEqual(expect.arrayContaining(['@pool/core', baseline]));
    for (const { metrics } of cells) {
      expect(metrics.ns?.median).toBeGreaterThan(0);
      expect(metrics.bytes?.median).toBeGreaterThanOrEqual(0);
    }
    const ratio = (name: string): number | undefined => cells.find(({ contestant }) => contestant === name)?.metrics.ns?.ratio;
    expect(ratio(baseline)).toBe(1);
    expect(ratio('@pool/core')).toBeGreaterThan(0);
  }
}, 150_000);

test('a scenario that does not exist is refused in one line', async () => {
  const { exitCode, stderr } = await runTypeScript(main, { args: ['--only', 'everything'] });
  expect(exitCode).not.toBe(0);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('everything');
}, 60_000);
