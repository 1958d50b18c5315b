import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface RunOptions {
  readonly args?: readonly string[];
  /** In addition to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Killed after this, with `timedOut` true. @default 15_000 */
  readonly timeoutMs?: number;
}

export interface RunResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It did not end by itself in time. */
  readonly timedOut: boolean;
}

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs a TypeScript file from the sources of this workspace in a process of its own, until that ends. */
export function runTypeScript(file: string | URL, options: RunOptions = {}): Promise<RunResult> {
  const path = typeof file === 'string' ? file : fileURLToPath(file);
  const { args = [], env = {}, timeoutMs = 15_000 } = options;
  return new Promise((resolve, reject) => {
    // In the root folder, where tsx is found.
    const child = spawn(process.execPath, ['--conditions=@pool/source', '--import', 'tsx', path, ...args], {
      cwd: workspace,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const limit = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(limit);
      resolve({ exitCode, signal, stdout, stderr, timedOut });
    });
  });
}
