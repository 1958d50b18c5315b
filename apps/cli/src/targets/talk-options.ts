import type { Command } from 'commander';
import { bytes, withinLine } from '../input/words.ts';

/** What the command line may say about how to talk to a target. The same for every command that sends requests. */
export interface TalkOptions {
  /** A request. */
  readonly send?: string;
  /** In the line that ends an answer. */
  readonly expect?: string;
  /** In the line that ends what the server says first. */
  readonly greeting?: string;
}

export const talkOptionNames = ['send', 'expect', 'greeting'] as const satisfies readonly (keyof TalkOptions)[];

export function addTalkOptions(command: Command): Command {
  return command
    .option('-s, --send <text>', 'a request; \\r \\n \\t \\0 \\\\ \\xHH are understood', bytes)
    .option('-e, --expect <text>', 'the answer is over with the first line that has this in it (default: any line)', withinLine)
    .option('-g, --greeting <text>', 'the server speaks first, up to the line that has this in it', withinLine);
}

/** Those of a command's options that are meant here. */
export function talkOptions({ send, expect, greeting }: TalkOptions): TalkOptions {
  return {
    ...(send === undefined ? {} : { send }),
    ...(expect === undefined ? {} : { expect }),
    ...(greeting === undefined ? {} : { greeting }),
  };
}
