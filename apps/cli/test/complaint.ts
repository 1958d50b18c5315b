import { expect } from 'vitest';
import { type HereResult, runHere } from './pool-command.ts';

/** The one line, which has to be all that is said. */
export async function complaint(args: readonly string[], code: 1 | 2): Promise<string> {
  return oneLineOf(await runHere(args), code);
}

/** The same of a command that has ended. */
export function oneLineOf({ exitCode, stdout, stderr }: HereResult, code: 1 | 2): string {
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^pool: [^\n]+\n$/);
  expect(exitCode).toBe(code);
  return stderr.slice('pool: '.length, -1);
}
