import { debuglog } from 'node:util';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import type { Interrupts } from './input/interrupts.ts';
import type { Secrets } from './input/secrets.ts';
import { oneLine } from './one-line.ts';
import { program } from './program.ts';
import type { Output } from './render/output.ts';

/** With NODE_DEBUG=pool, for whoever looks for the reason of a message. */
const debug = debuglog('pool');

/** Runs one command line. Never throws; resolves with the exit code: 0, 1 when it could not be done, 2 when it is wrong. */
export async function run(args: readonly string[], output: Output, secrets: Secrets, interrupts: Interrupts): Promise<0 | 1 | 2> {
  try {
    await program(output, secrets, interrupts).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Said already; --help and --version end so, too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    debug('%o', error);
    output.complain(`pool: ${oneLine(error instanceof Error ? error.message : String(error))}\n`);
    return error instanceof CliError ? error.exitCode : 1;
  }
}
