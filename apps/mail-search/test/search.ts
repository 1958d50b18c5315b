import { createColors } from 'picocolors';
import { run } from '../src/run.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly progress: readonly string[];
}

/** The command, in this process. */
export async function mailSearch(args: readonly string[], env: NodeJS.ProcessEnv = {}, signal?: AbortSignal): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const progress: string[] = [];
  const exitCode = await run(args, {
    env,
    signal: signal ?? new AbortController().signal,
    output: {
      colors: createColors(false),
      print: (text) => {
        stdout += text;
      },
      complain: (text) => {
        stderr += text;
      },
      progress: (text) => {
        progress.push(text);
      },
    },
  });
  return { exitCode, stdout, stderr, progress };
}
