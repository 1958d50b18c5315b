import { EmbeddedServer } from '../embedded/embedded-server.ts';
import type { Secrets } from '../input/secrets.ts';
import { checkTarget } from '../load/check-target.ts';
import { type ComparedWay, compareWays } from '../load/compare-ways.ts';
import type { OutageReport } from '../outage/outage-report.ts';
import { outageDurationMs, runOutage } from '../outage/run-outage.ts';
import { reachOptions } from '../reach/reach-options.ts';
import { comparison } from '../render/comparison.ts';
import { outageStory } from '../render/outage-story.ts';
import type { Output } from '../render/output.ts';
import { thousandths } from '../render/thousandths.ts';
import { askable, parseTarget } from '../targets/parse-target.ts';
import { talkOptions } from '../targets/talk-options.ts';
import { type Ways, waysOf } from '../ways/ways.ts';
import { type BenchOptions, comparisonOptions } from './bench-options.ts';
import type { BenchReport } from './bench-report.ts';

/** `pool bench` with a command line that is in order. @throws CliError */
export async function runBench(
  target: string | undefined,
  options: BenchOptions,
  output: Output,
  secrets: Secrets,
): Promise<void> {
  try {
    if (target === undefined) await benchEmbedded(options, output);
    else await benchOutside(target, options, output, secrets);
  } finally {
    output.progress.stop();
  }
}

async function benchEmbedded(options: BenchOptions, output: Output): Promise<void> {
  const { latency, timeout, max, down } = options;
  await using server = await EmbeddedServer.start({ latencyMs: latency, timeoutMs: timeout });
  const say = speaker(options, output);
  say(output.colors.bold(`Embedded server at ${server.name}`));
  const pace = latency === 0 ? 'at once' : `${latency} ms later, as over a network`;
  say(output.colors.dim(`It answers ${pace}; clients are greeted, and log in.`));
  const ways = await compare(waysOf(server.target()), options, output);
  let outage: OutageReport | null = null;
  if (options.outage) {
    const startedAt = performance.now();
    output.progress.follow('killing the server', outageDurationMs(down), () => performance.now() - startedAt);
    outage = await runOutage(server, { max, timeoutMs: timeout, downMs: down });
    output.progress.stop();
    say('');
    say(outageStory(outage, output.colors));
  }
  report(
    { target: server.name, embedded: true, ways, outage, outageSkipped: options.outage ? null : 'not wanted' },
    options,
    output,
  );
}

async function benchOutside(text: string, options: BenchOptions, output: Output, secrets: Secrets): Promise<void> {
  const parsed = await parseTarget(text, talkOptions(options), reachOptions(options), options.timeout, secrets);
  const target = askable(parsed);
  await checkTarget(target, options.timeout);
  const say = speaker(options, output);
  say(output.colors.bold(target.name));
  const ways = await compare(target.ways, options, output);
  const skipped = options.outage ? 'only the embedded server is ever killed' : 'not wanted';
  if (options.outage) {
    say('');
    say(output.colors.dim('No outage: only the embedded server is ever killed, with no target given.'));
  }
  report({ target: target.name, embedded: false, ways, outage: null, outageSkipped: skipped }, options, output);
}

async function compare(asked: Ways, options: BenchOptions, output: Output): Promise<readonly ComparedWay[]> {
  let done = 0;
  output.progress.follow('three ways to ask', 3 * options.requests, () => done);
  const ways = await compareWays(asked, comparisonOptions(options), () => {
    done += 1;
  });
  output.progress.stop();
  const say = speaker(options, output);
  say('');
  say(comparison(ways, output.colors));
  return ways;
}

/** With `--json` there is one document, at the end. */
function speaker({ json }: BenchOptions, output: Output): (text: string) => void {
  return json === true ? () => {} : (text) => output.print(`${text}\n`);
}

function report(found: Omit<BenchReport, 'node' | 'options'>, options: BenchOptions, output: Output): void {
  if (options.json !== true) return;
  const { target, embedded, ways, outage, outageSkipped } = found;
  const document: BenchReport = {
    target,
    embedded,
    node: process.version,
    options: { ...comparisonOptions(options), latencyMs: embedded ? options.latency : null },
    ways,
    outage,
    outageSkipped,
  };
  output.print(`${JSON.stringify(document, thousandths)}\n`);
}
