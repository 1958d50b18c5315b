import { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { integer } from '../input/integer.ts';
import type { Secrets } from '../input/secrets.ts';
import { bytes, withinLine } from '../input/words.ts';
import { addReachOptions, reachOptionNames } from '../reach/reach-options.ts';
import type { Output } from '../render/output.ts';
import { usages } from '../targets/find-place.ts';
import type { BenchOptions } from './bench-options.ts';
import { runBench } from './run-bench.ts';

const most = 10_000_000;
const longestMs = 3_600_000;

/** Those that only the embedded server can obey. */
const embeddedOnly = ['latency', 'down'] as const;
/** Those it has no use for. */
const outsideOnly = ['send', 'expect', 'greeting', ...reachOptionNames] as const;

export function benchCommand(output: Output, secrets: Secrets): Command {
  const command = new Command('bench')
    .summary('why pools exist, in numbers')
    .description(
      `The same requests with a new connection each, with a pool, and with a pool and several callers; then the server is killed and comes back.\n\nA target is ${usages()}. Without one a small server is started on loopback, in a process of its own; only that one is killed.`,
    )
    .argument('[target]', 'what to ask; the embedded server when it is missing')
    .option('-n, --requests <n>', 'requests in each way', integer(1, most), 1000)
    .option('-c, --concurrency <n>', 'callers at once in the third way', integer(1, 10_000), 16)
    .option('-m, --max <n>', 'connections a pool may have', integer(1, 10_000), 8)
    .option('-t, --timeout <ms>', 'for opening, for waiting in line and for an answer, each', integer(1, longestMs), 5000)
    .option('-s, --send <text>', 'a request; \\r \\n \\t \\0 \\\\ \\xHH are understood', bytes)
    .option('-e, --expect <text>', 'the answer is over with the first line that has this in it (default: any line)', withinLine)
    .option('-g, --greeting <text>', 'the server speaks first, up to the line that has this in it', withinLine);
  addReachOptions(command);
  return command
    .option('--latency <ms>', 'the embedded server answers so much later, as behind a network', integer(0, 10_000), 1)
    .option('--down <ms>', 'how long the embedded server stays away', integer(100, 60_000), 1000)
    .option('--no-outage', 'do not kill the embedded server')
    .option('--json', 'one JSON document, in one line, instead of text')
    .action(async (target: string | undefined, options: BenchOptions, command: Command) => {
      for (const option of target === undefined ? outsideOnly : embeddedOnly) {
        if (command.getOptionValueSource(option) !== 'cli') continue;
        throw usageError(
          target === undefined
            ? `--${option} needs a target: ${usages()}`
            : `--${option} is for the embedded server, not for a target`,
        );
      }
      await runBench(target, options, output, secrets);
    });
}
