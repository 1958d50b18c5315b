import { Command } from 'commander';
import { integer } from '../input/integer.ts';
import type { Secrets } from '../input/secrets.ts';
import { addReachOptions } from '../reach/reach-options.ts';
import type { Output } from '../render/output.ts';
import { usages } from '../targets/find-place.ts';
import { type ProbeOptions, runProbe } from './run-probe.ts';

const longestMs = 3_600_000;

export function probeCommand(output: Output, secrets: Secrets): Command {
  const command = new Command('probe')
    .summary('what opening one connection takes, step by step')
    .description(
      `Opens one connection step by step, says what each step took and found, and closes it; with TLS a second one shows whether sessions are resumed. No request is sent.\n\nA target is ${usages()}.`,
    )
    .argument('<target>', 'where to connect to');
  return addReachOptions(command)
    .option('-t, --timeout <ms>', 'for all the steps of a connection together', integer(1, longestMs), 5000)
    .option('--json', 'one JSON document, in one line, instead of text')
    .action((target: string, options: ProbeOptions) => runProbe(target, options, output, secrets));
}
