import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { contestants } from '../src/outages/contestants/all.ts';
import { limits } from '../src/outages/limits.ts';
import type { Measured } from '../src/outages/outages-page.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('a quick run sends a pool through each outage asked for, and counts its callers', async () => {
  const { exitCode, stdout, stderr } = await runTypeScript(main, {
    args: ['outages', '--quick', '--json', '--only', 'refuses', 'half-dies', '--pools', '@pool/core', 'tarn'],
    timeoutMs: 100_000,
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const { outcomes } = JSON.parse(stdout) as Measured;
  expect(outcomes.map(({ outage, contestant }) => `${contestant}: ${outage}`)).toEqual([
    '@pool/core: refuses',
    'tarn: refuses',
    '@pool/core: half-dies',
    'tarn: half-dies',
  ]);
  for (const { during, after, backAfterMs, closed, endedByItself, mostOpen } of outcomes) {
    expect(mostOpen).toBeGreaterThan(0);
    expect(mostOpen).toBeLessThanOrEqual(limits.max);
    expect(during.count).toBeGreaterThan(0);
    expect(after.count).toBeGreaterThan(0);
    expect(backAfterMs).toBeGreaterThanOrEqual(0);
    expect([closed, endedByItself]).toEqual([true, true]);
  }
  const [down, , half] = outcomes;
  expect(down?.during.failed).toBeGreaterThan(0);
  expect(down?.attempts).toBeGreaterThan(0);
  expect(down?.during).toMatchObject({ refused: down?.during.failed, toldWhy: down?.during.refused });
  expect(down).toMatchObject({ lentDead: 0, openWhenClosed: 0, uncaught: [] });
  expect(half).toMatchObject({ lentDead: 0, openWhenClosed: 0, uncaught: [] });
}, 120_000);

test('the page has a table for each outage, says how every pool was set up, and how to write it anew', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pool-outages-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'outages.md');
  const { exitCode, stdout } = await runTypeScript(main, {
    args: ['outages', '--quick', '--only', 'half-dies', '--write', file],
    timeoutMs: 100_000,
  });
  expect(exitCode).toBe(0);
  expect(stdout).toBe('');
  const page = await readFile(file, 'utf8');
  expect(page).toContain('npm run bench -- outages --write');
  expect(page.match(/^## .*reset at once.*$/gm)).toHaveLength(1);
  for (const { name } of contestants) expect(page.split(`${name}** |`).length + page.split(`| ${name} |`).length).toBe(3);
  for (const { name, setUp } of contestants) expect(page).toContain(`- **${name}**: ${setUp}.`);
}, 120_000);

test('an outage that does not exist is refused in one line', async () => {
  const { exitCode, stderr } = await runTypeScript(main, { args: ['outages', '--only', 'flood'] });
  expect(exitCode).not.toBe(0);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain("there is no 'flood'");
}, 60_000);
