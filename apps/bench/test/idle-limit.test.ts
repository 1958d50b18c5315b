import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { contestants } from '../src/idle-limit/clients/all.ts';
import type { Measured } from '../src/idle-limit/idle-limit-page.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('a quick run makes the same requests with every client, over both links, and counts errors and connections', async () => {
  const { exitCode, stdout, stderr } = await runTypeScript(main, {
    args: ['idle-limit', '--quick', '--json'],
    timeoutMs: 100_000,
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const { outcomes, experiment, links } = JSON.parse(stdout) as Measured;
  const requests = experiment.clients * experiment.connections * experiment.waves;
  expect(outcomes.map(({ contestant, linkMs }) => [contestant, linkMs])).toEqual(
    links.flatMap((linkMs) => contestants.map(({ name }) => [name, linkMs])),
  );
  for (const { early, later, opened } of outcomes) {
    expect(early.requests + later.requests).toBe(requests);
    expect(early.errors.length + later.errors.length).toBeLessThanOrEqual(requests);
    expect(opened).toBeGreaterThan(0);
  }
}, 120_000);

test('the page says what was done, how each was set up, and how to write it anew', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pool-idle-limit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'idle-limit.md');
  const { exitCode, stdout } = await runTypeScript(main, {
    args: ['idle-limit', '--quick', '--clients', '@pool/core', 'http.Agent', '--write', file],
    timeoutMs: 100_000,
  });
  expect(exitCode).toBe(0);
  expect(stdout).toBe('');
  const page = await readFile(file, 'utf8');
  expect(page).toContain('npm run bench -- idle-limit --write');
  expect(page.match(/^\| (\*\*@pool\/core\*\*|http\.Agent) \|/gm)).toHaveLength(4);
  expect(page).toContain('- **http.Agent**: ');
}, 120_000);
