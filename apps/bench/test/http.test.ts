import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpMeasured } from '../src/http/http-page.ts';

interface Report {
  readonly scenarios: readonly {
    readonly name: string;
    readonly baseline: string;
    readonly cells: readonly {
      readonly contestant: string;
      readonly size: string;
      readonly metrics: Readonly<Record<string, { readonly median: number }>>;
    }[];
    readonly marks: readonly object[];
  }[];
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('a quick run sends requests by this pool and by others, on 1 to 500 connections', async () => {
  const names = ['http-request', 'http-dispatch', 'http-agent'];
  const { exitCode, stdout, stderr } = await runTypeScript(main, {
    args: ['--quick', '--json', '--only', ...names],
    timeoutMs: 140_000,
  });
  expect(stderr).not.toMatch(/error/i);
  expect(exitCode).toBe(0);
  const { scenarios } = JSON.parse(stdout) as Report;
  expect(scenarios.map(({ name }) => name)).toEqual(names);
  for (const { cells, baseline, marks } of scenarios) {
    expect(new Set(cells.map(({ contestant }) => contestant)).size).toBe(2);
    expect(cells.map(({ contestant }) => contestant)).toContain(baseline);
    expect(new Set(cells.map(({ size }) => size))).toEqual(new Set(['1', '10', '50', '500']));
    for (const { metrics } of cells) {
      expect(metrics.ns?.median).toBeGreaterThan(0);
      expect(metrics.perSecond?.median).toBeGreaterThan(0);
    }
    expect(marks.length).toBeGreaterThanOrEqual(4);
  }
}, 150_000);

test('a quick run counts round trips on the wire, and the errors of callers', async () => {
  const names = ['@pool/http', 'undici Pool'];
  const { exitCode, stdout, stderr } = await runTypeScript(main, {
    args: ['http', '--quick', '--json', '--clients', ...names],
    timeoutMs: 140_000,
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const { idleCloses, farAways, restarts, linkMs } = JSON.parse(stdout) as HttpMeasured;
  expect(idleCloses.map(({ contestant, method, linkMs: link }) => [link, contestant, method])).toEqual(
    [0, linkMs].flatMap((link) => names.flatMap((name) => ['GET', 'POST'].map((method) => [link, name, method]))),
  );
  expect(idleCloses.filter(({ contestant, method }) => contestant === '@pool/http' && method === 'GET')).toEqual([
    expect.objectContaining({ errors: [] }),
    expect.objectContaining({ errors: [] }),
  ]);
  for (const { protocol, coldRoundTrips, errors } of farAways) {
    expect({ protocol, coldRoundTrips, errors }).toEqual({ protocol, coldRoundTrips: protocol === 'https' ? 3 : 2, errors: [] });
  }
  expect(farAways.filter(({ contestant }) => contestant === '@pool/http').map(({ warmRoundTrips }) => warmRoundTrips)).toEqual([
    1, 1,
  ]);
  expect(restarts.map(({ contestant }) => contestant)).toEqual(names);
  expect(restarts[0]).toMatchObject({ contestant: '@pool/http', errors: [] });
}, 150_000);

test('the tables of one part are written where they are wanted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pool-bench-http-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'http.md');
  const { exitCode, stdout } = await runTypeScript(main, {
    args: ['http', '--quick', '--only', 'restart', '--clients', '@pool/http', 'http.Agent', '--write', file],
    timeoutMs: 100_000,
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  const page = await readFile(file, 'utf8');
  expect(page.match(/^\| (\*\*@pool\/http\*\*|http\.Agent) \|/gm)).toHaveLength(2);
  expect(page).toContain('- **http.Agent**: ');
}, 110_000);
