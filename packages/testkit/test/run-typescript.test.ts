import { expect, test } from 'vitest';
import { runTypeScript } from '../src/run-typescript.ts';

const fixture = (name: string): URL => new URL(`./fixtures/${name}`, import.meta.url);

test('collects exit code and output of a TypeScript file', async () => {
  const result = await runTypeScript(fixture('exits.ts'), { args: ['a', 'b'], env: { TESTKIT_WORD: 'word' } });
  expect(result).toEqual({ exitCode: 3, signal: null, stdout: 'args a,b env word\n', stderr: 'to stderr\n', timedOut: false });
});

test('a process that does not end is killed, and that is told', async () => {
  const result = await runTypeScript(fixture('hangs.ts'), { timeoutMs: 1_500 });
  expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
});
