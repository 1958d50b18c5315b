import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { eventually, type RunResult, runTypeScript } from '@pool/testkit';
import pico from 'picocolors';
import { vi } from 'vitest';
import type { BenchReport } from '../src/commands/bench-report.ts';
import { secretsOf } from '../src/input/secrets.ts';
import type { Output } from '../src/render/output.ts';
import { run } from '../src/run.ts';
import type { FullScreen } from '../src/terminal/full-screen.ts';

export const main = new URL('../src/main.ts', import.meta.url);

/** So that the process of the embedded server can run TypeScript, too: vitest does not hand on how it does that itself. */
const loader = `--import=${pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href}`;

/** Runs the command, from its sources, in a process of its own. */
export function pool(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> {
  return runTypeScript(main, { args, env, timeoutMs: 60_000 });
}

export type HereResult = Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>;

/** The command, running in this process. */
export interface Running {
  readonly done: Promise<HereResult>;
  /** What it has printed so far. */
  readonly stdout: string;
  /** As Ctrl-C does. */
  interrupt(): void;
  /** Resolves once it has printed this. */
  says(text: string | RegExp): Promise<void>;
}

export interface StartOptions {
  /** In the environment. */
  readonly password?: string | undefined;
  /** @default output goes to no terminal */
  readonly screen?: FullScreen;
}

/** Starts the command in this process, which takes a twentieth of the time. */
export function startHere(args: readonly string[], { password, screen }: StartOptions = {}): Running {
  vi.stubEnv('NODE_OPTIONS', `${process.env.NODE_OPTIONS ?? ''} ${loader}`);
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const output: Output = {
    colors: pico.createColors(false),
    progress: { follow: () => {}, stop: () => {} },
    screen,
    print: (text) => {
      stdout += text;
    },
    complain: (text) => {
      stderr += text;
    },
  };
  const env = password === undefined ? {} : { POOL_PASSWORD: password };
  const secrets = secretsOf({ stdin: new PassThrough(), stderr: new PassThrough(), env });
  const listen = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    done: run(args, output, secrets, { listen }).then((exitCode) => ({ exitCode, stdout, stderr })),
    get stdout() {
      return stdout;
    },
    interrupt: () => {
      for (const listener of listeners) listener();
    },
    says: async (text) => {
      const isSaid = (): true => {
        if (typeof text === 'string' ? stdout.includes(text) : text.test(stdout)) return true;
        throw new Error(`it has said only:\n${stdout}`);
      };
      await eventually(isSaid, { what: `it says ${text}`, timeoutMs: 15_000 });
    },
  };
}

/** Runs the command in this process to its end. */
export function runHere(args: readonly string[], password?: string): Promise<HereResult> {
  return startHere(args, { password }).done;
}

/** What `pool bench … --json` says; it must have said nothing else. */
export async function benchReport(...args: readonly string[]): Promise<BenchReport> {
  const { exitCode, stdout, stderr } = await runHere(['bench', ...args, '--json']);
  if (exitCode !== 0 || stderr !== '') throw new Error(`pool bench ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as BenchReport;
}
