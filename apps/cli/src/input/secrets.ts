import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { failure, usageError } from '../cli-error.ts';

/** Where the password of `--user` is found in the environment. */
export const passwordVariable = 'POOL_PASSWORD';

/** Where a command learns what must not stand in the command line. */
export interface Secrets {
  /** @throws CliError when there is none */
  passwordOf(user: string): Promise<string>;
}

/** The process, or what stands for it. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: Writable;
  readonly env: NodeJS.ProcessEnv;
}

/** The environment first; then whoever sits at the terminal, who sees nothing of what is typed. */
export function secretsOf({ stdin, stderr, env }: Terminal): Secrets {
  return {
    passwordOf: async (user) => {
      const known = env[passwordVariable];
      const password = known ?? (stdin.isTTY ? await ask(stdin, stderr, `Password of ${user}: `) : undefined);
      if (password === undefined) {
        throw usageError(
          `--user needs a password: put it into the environment as ${passwordVariable}, or use a terminal to be asked`,
        );
      }
      if (password === '') throw usageError(`the password of ${user} is empty`);
      return password;
    },
  };
}

function ask(stdin: Readable, stderr: Writable, question: string): Promise<string> {
  // readline repeats what is typed; nowhere, then.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  // Not before: the terminal itself shows what is typed until readline has told it not to.
  stderr.write(question);
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.on('SIGINT', () => lines.close());
    lines.on('close', () => {
      stderr.write('\n');
      // Too late to change what was resolved.
      reject(failure('no password was given'));
    });
  });
}
