import { PassThrough } from 'node:stream';
import { type RunResult, runTypeScript } from '@pool/testkit';
import pico from 'picocolors';
import type { BenchReport } from '../src/commands/bench-report.ts';
import { secretsOf } from '../src/input/secrets.ts';
import type { Output } from '../src/render/output.ts';
import { run } from '../src/run.ts';

export const main = new URL('../src/main.ts', import.meta.url);

/** Runs the command, from its sources, in a process of its own. */
export function pool(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> {
  return runTypeScript(main, { args, env, timeoutMs: 60_000 });
}

/** Runs the command in this process, which takes a twentieth of the time. Not for the embedded server: it needs a process of its own. */
export async function runHere(
  args: readonly string[],
  password?: string,
): Promise<Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>> {
  let stdout = '';
  let stderr = '';
  const output: Output = {
    colors: pico.createColors(false),
    progress: { follow: () => {}, stop: () => {} },
    print: (text) => {
      stdout += text;
    },
    complain: (text) => {
      stderr += text;
    },
  };
  const env = password === undefined ? {} : { POOL_PASSWORD: password };
  const exitCode = await run(args, output, secretsOf({ stdin: new PassThrough(), stderr: new PassThrough(), env }));
  return { exitCode, stdout, stderr };
}

/** What `pool bench … --json` says; it must have said nothing else. */
export async function benchReport(...args: readonly string[]): Promise<BenchReport> {
  const { exitCode, stdout, stderr } = await pool(['bench', ...args, '--json']);
  if (exitCode !== 0 || stderr !== '') throw new Error(`pool bench ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as BenchReport;
}
