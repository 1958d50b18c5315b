import { CommanderError } from 'commander';
import type { Console } from './console.ts';
import { program } from './program.ts';

/** Runs one command line. Never throws; resolves with the exit code: 0, 1 when it could not be done, 2 when it is wrong. */
export async function run(args: readonly string[], console: Console): Promise<0 | 1 | 2> {
  try {
    await program(console).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Said already; --help ends so, too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.complain(`memcached: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
