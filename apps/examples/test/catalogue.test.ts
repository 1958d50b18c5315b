import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runExample } from './run-example.ts';

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const files = (folder: string): string[] => readdirSync(new URL(folder, import.meta.url)).filter((file) => file.endsWith('.ts'));

describe.each(files('../src/').map((file) => file.replace(/\.ts$/, '')))('%s', (name) => {
  const program = text(`../src/${name}.ts`);

  it('begins by saying what it shows, in one or two sentences', () => {
    const [first = '', second = '', third = ''] = program.split('\n');
    expect(first).toMatch(/^\/\/ .*[.:]$/);
    expect(second.startsWith('//') ? third : second).toMatch(/^import /);
  });

  it('is read in a minute', () => {
    expect(program.split('\n').length).toBeLessThanOrEqual(70);
  });

  it('has its row in the README', () => {
    expect(text('../README.md')).toMatch(new RegExp(`^\\|.*\\[${name}\\]\\(src/${name}\\.ts\\)`, 'm'));
  });

  it('is run by a test', () => {
    const tests = files('./').filter((file) => file.endsWith('.test.ts') && file !== 'catalogue.test.ts');
    expect(
      tests.some((file) => new RegExp(`^ *'?${name}'?[:,]|it\\('${name}'|runExample\\('${name}'`, 'm').test(text(`./${file}`))),
    ).toBe(true);
  });
});

describe('the command', () => {
  it('lists them all when it is given no name', async () => {
    const { exitCode, stdout } = await runExample();
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      ...files('../src/').map((file) => file.replace(/\.ts$/, '')),
      '',
    ]);
  }, 60_000);

  it('says which there are when it is given a wrong one', async () => {
    const { exitCode, stdout, stderr } = await runExample('nonsense');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain("there is no example 'nonsense'; there are blocking-pool, ");
  }, 60_000);
});
