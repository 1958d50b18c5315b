import { type RunResult, runTypeScript } from '@pool/testkit';

/** Runs an example as a user does, in a process of its own, which must end by itself. */
export async function runExample(...args: readonly string[]): Promise<Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>> {
  const { exitCode, stdout, stderr, timedOut } = await runTypeScript(new URL('../run.ts', import.meta.url), {
    args,
    timeoutMs: 50_000,
  });
  if (timedOut) throw new Error(`${args.join(' ')} does not end; it said ${stdout}${stderr}`);
  return { exitCode, stdout, stderr };
}
