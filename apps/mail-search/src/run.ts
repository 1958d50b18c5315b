import { OpenError } from '@pool/core';
import { CommanderError } from 'commander';
import { forTerminal } from './output/found-line.ts';
import type { Output } from './output/output.ts';
import { program } from './program.ts';
import { runSearch } from './run-search.ts';
import { SearchError } from './search-error.ts';

export interface Surroundings {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the search early. */
  readonly signal: AbortSignal;
}

/** Runs one command line. Never throws; resolves with the exit code: 0, 1 when it could not be done, 2 when it is wrong. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { output, signal } = surroundings;
  const command = program((words, flags) => runSearch(words, flags, surroundings), {
    write: (text) => output.print(text),
    complain: (text) => output.complain(text),
  });
  try {
    await command.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Said already; --help ends so, too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    output.progress('');
    output.complain(`mail-search: ${signal.aborted ? 'called off' : forTerminal(messageOf(error))}\n`);
    return error instanceof SearchError ? error.exitCode : 1;
  }
}

/** Why a connection was not opened is what counts, not that it was not. */
function messageOf(error: unknown): string {
  if (error instanceof OpenError && error.cause instanceof Error) return error.cause.message;
  return error instanceof Error ? error.message : String(error);
}
