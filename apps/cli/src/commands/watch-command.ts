import { Command } from 'commander';
import { integer } from '../input/integer.ts';
import type { Interrupts } from '../input/interrupts.ts';
import { rate } from '../input/rate.ts';
import type { Secrets } from '../input/secrets.ts';
import { addReachOptions } from '../reach/reach-options.ts';
import type { Output } from '../render/output.ts';
import { usages } from '../targets/find-place.ts';
import { addTalkOptions } from '../targets/talk-options.ts';
import { refuseStrayOptions } from './refuse-stray-options.ts';
import { runWatch } from './run-watch.ts';
import type { WatchOptions } from './watch-options.ts';

const longestMs = 3_600_000;

export function watchCommand(output: Output, secrets: Secrets, interrupts: Interrupts): Command {
  const command = new Command('watch')
    .summary('a pool of ready connections, live')
    .description(
      `Keeps a pool of ready connections and shows what becomes of each: kill the server, start it again, and see. Ctrl-C closes them and ends it.\n\nA target is ${usages()}. Without one a small server is started on loopback, in a process of its own; whoever kills that one, it comes back.`,
    )
    .argument('[target]', 'where to connect to; the embedded server when it is missing')
    .option('--min <n>', 'connections to keep ready (default: 4, or --max if that is less)', integer(1, 10_000))
    .option('-m, --max <n>', 'connections the pool may have', integer(1, 10_000), 8)
    .option('-l, --load <n>', 'requests a second (default: 5 to the embedded server, else 0)', rate)
    .option('-p, --ping <ms>', 'prove each idle connection so often, with a request (default: never)', integer(1, longestMs))
    .option(
      '-t, --timeout <ms>',
      'for opening, for waiting in line, for an answer and for closing, each',
      integer(1, longestMs),
      5000,
    );
  addTalkOptions(command);
  addReachOptions(command);
  return command
    .option('--down <ms>', 'how long the embedded server stays away when it was killed', integer(0, longestMs), 3000)
    .option('--plain', 'a line for each event, for logs (default: where output is no terminal)')
    .option('--every <ms>', 'with --plain: how often to say how things stand', integer(100, longestMs), 10_000)
    .action(async (target: string | undefined, options: WatchOptions, command: Command) => {
      refuseStrayOptions(command, target, ['down']);
      await runWatch(target, options, output, secrets, interrupts);
    });
}
