import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, type RealServer, type Recipe, realServer } from '@pool/testkit';

const run = promisify(execFile);

/** A terminal that stands still to be looked at: tmux, with a socket of its own. */
export function tmux(): Recipe {
  return {
    name: 'tmux',
    binary: 'tmux',
    aptPackage: 'tmux',
    ports: [],
    // In the foreground, so that it ends with the tests.
    prepare: ({ dir }) => ({ args: ['-D', '-u', '-f', '/dev/null', '-S', join(dir, 'socket')] }),
    ready: async ({ dir }) => {
      await run('tmux', ['-S', join(dir, 'socket'), 'list-sessions', '-F', '']);
    },
  };
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  /** Of its shell. */
  readonly cwd: string;
}

/** A shell in a terminal of so many columns and rows. */
export async function terminal({ columns, rows, cwd }: TerminalOptions): Promise<Terminal> {
  const server = await realServer(tmux());
  const opened = new Terminal(server);
  await opened.tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, '-c', cwd, 'env PS1="$ " sh');
  return opened;
}

export class Terminal implements AsyncDisposable {
  readonly #server: RealServer;

  constructor(server: RealServer) {
    this.#server = server;
  }

  async tmux(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-u', '-S', join(this.#server.site.dir, 'socket'), ...args]);
    return stdout;
  }

  /** As it would be typed. */
  async type(text: string): Promise<void> {
    await this.tmux('send-keys', '-l', text);
    await this.press('Enter');
  }

  /** `Enter`, `C-c`, `k`. */
  async press(key: string): Promise<void> {
    await this.tmux('send-keys', key);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** What is to be seen, line by line. */
  async lines(): Promise<readonly string[]> {
    return (await this.tmux('capture-pane', '-p')).replace(/\n$/, '').split('\n');
  }

  /** Resolves once this is to be seen. */
  async shows(pattern: RegExp): Promise<void> {
    const isShown = async (): Promise<true> => {
      const text = (await this.lines()).join('\n');
      if (pattern.test(text)) return true;
      throw new Error(`it shows\n${text}`);
    };
    await eventually(isShown, { what: `the terminal shows ${pattern}`, timeoutMs: 20_000 });
  }

  /** Whether its cursor is to be seen, and whether it is on the screen that programs use while they draw. */
  async mode(): Promise<{ readonly cursor: boolean; readonly alternate: boolean }> {
    const flags = await this.tmux('display-message', '-p', '#{cursor_flag} #{alternate_on}');
    const [cursor, alternate] = flags.trim().split(' ');
    return { cursor: cursor === '1', alternate: alternate === '1' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
  }
}
