import { failure } from '../cli-error.ts';
import type { Secrets } from '../input/secrets.ts';
import { probe } from '../probe/probe.ts';
import { endpointAt } from '../reach/endpoint.ts';
import { type ReachOptions, reachOptions } from '../reach/reach-options.ts';
import type { Output } from '../render/output.ts';
import { probeEndLines, probeStepLines } from '../render/probe-lines.ts';
import { thousandths } from '../render/thousandths.ts';
import { findPlace } from '../targets/find-place.ts';

/** The command line of `pool probe`, parsed. */
export interface ProbeOptions extends ReachOptions {
  readonly timeout: number;
  readonly json?: boolean;
}

/** `pool probe` with a command line that is in order. @throws CliError */
export async function runProbe(text: string, options: ProbeOptions, output: Output, secrets: Secrets): Promise<void> {
  const reach = reachOptions(options);
  const { place } = findPlace(text, reach);
  const endpoint = await endpointAt(place, reach, secrets);
  const say = (lines: string): void => {
    if (options.json !== true) output.print(`${lines}\n`);
  };
  say(`${output.colors.bold(place.name)}\n`);
  const report = await probe(endpoint, options.timeout, (step) => say(probeStepLines(step, output.colors)));
  say(probeEndLines(report, output.colors));
  if (options.json === true) output.print(`${JSON.stringify(report, thousandths)}\n`);
  if (report.error !== null) throw failure(`${place.name}: ${report.error.message}`);
}
