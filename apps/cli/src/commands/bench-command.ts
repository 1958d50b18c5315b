import { Command } from 'commander';
import { integer } from '../input/integer.ts';
import type { Secrets } from '../input/secrets.ts';
import { addReachOptions } from '../reach/reach-options.ts';
import type { Output } from '../render/output.ts';
import { usages } from '../targets/find-place.ts';
import { addTalkOptions } from '../targets/talk-options.ts';
import type { BenchOptions } from './bench-options.ts';
import { refuseStrayOptions } from './refuse-stray-options.ts';
import { runBench } from './run-bench.ts';

const most = 10_000_000;
const longestMs = 3_600_000;

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
    .option('-t, --timeout <ms>', 'for opening, for waiting in line and for an answer, each', integer(1, longestMs), 5000);
  addTalkOptions(command);
  addReachOptions(command);
  return command
    .option('--latency <ms>', 'the embedded server answers so much later, as behind a network', integer(0, 10_000), 1)
    .option('--down <ms>', 'how long the embedded server stays away', integer(100, 60_000), 1000)
    .option('--no-outage', 'do not kill the embedded server')
    .option('--json', 'one JSON document, in one line, instead of text')
    .action(async (target: string | undefined, options: BenchOptions, command: Command) => {
      refuseStrayOptions(command, target, ['latency', 'down']);
      await runBench(target, options, output, secrets);
    });
}
