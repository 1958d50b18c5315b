import { Command, InvalidArgumentError } from 'commander';
import { passwordVariable, tokenVariable } from './account/account-of.ts';
import type { Flags } from './account/flags.ts';

export interface Words {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** The command line. What is wrong with it is thrown as commander's own error, and said before. */
export function program(act: (words: readonly string[], flags: Flags) => Promise<void>, { write, complain }: Words): Command {
  return new Command('mail-search')
    .description('Searches all mailboxes of an account side by side. Without --host: made-up mail on a Dovecot of its own.')
    .argument('[words...]', 'all of which a message must have in it')
    .option('--from <text>', 'in the sender')
    .option('--to <text>', 'in the recipients')
    .option('--subject <text>', 'in the subject')
    .option('--since <date>', 'received on this day or later', date)
    .option('--before <date>', 'received before this day', date)
    .option('--unseen', 'not read yet')
    .option('--mailbox <path...>', 'these mailboxes alone')
    .option('--json <file>', 'write what was found there; - is standard output')
    .option('--connections <n>', 'most connections at once', integer(1, 50), 4)
    .option('--host <name>', 'of the mail server')
    .option('--port <n>', '993; 143 with --starttls', integer(1, 65_535))
    .option('--starttls', 'begin in the clear, and encrypt before logging in')
    .option('--ca <file>', 'whom to trust (PEM)')
    .option('--user <name>', `whose mail; the password comes from ${passwordVariable}, a token from ${tokenVariable}`)
    .option('--mailboxes <n>', 'of made-up mail', integer(1, 200), 12)
    .option('--messages <n>', 'of made-up mail', integer(0, 20_000), 300)
    .action((words: readonly string[], flags: Flags) => act(words, flags))
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: complain,
      outputError: (text, say) => say(text.replace(/^error: /, 'mail-search: ')),
    });
}

function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    // `Number` alone would take '', '1e3' and '0x10'.
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function date(text: string): Date {
  const value = new Date(text);
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(value.getTime())) return value;
  throw new InvalidArgumentError('It must be a day, as in 2025-03-31.');
}
