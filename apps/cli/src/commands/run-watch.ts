import { usageError } from '../cli-error.ts';
import { ReturningServer } from '../embedded/returning-server.ts';
import type { Interrupts } from '../input/interrupts.ts';
import type { Secrets } from '../input/secrets.ts';
import { reachOptions } from '../reach/reach-options.ts';
import type { Output } from '../render/output.ts';
import { parseTarget } from '../targets/parse-target.ts';
import { talkOptions } from '../targets/talk-options.ts';
import { type WatchOrder, watchUntilInterrupted } from '../watch/watch-until-interrupted.ts';
import type { WatchOptions } from './watch-options.ts';

const usualMin = 4;
/** So that something is seen where nobody asked for anything. */
const embeddedLoad = 5;
/** What a request is to the embedded server: long enough that leases are seen. */
const embeddedWorkMs = 200;
const embeddedLatencyMs = 1;

/** `pool watch` with a command line that is in order; ends when it is interrupted. @throws CliError */
export async function runWatch(
  text: string | undefined,
  options: WatchOptions,
  output: Output,
  secrets: Secrets,
  interrupts: Interrupts,
): Promise<void> {
  const common = commonOrder(options);
  if (text === undefined) {
    const { timeout, down, load = embeddedLoad } = options;
    await using server = await ReturningServer.start({ latencyMs: embeddedLatencyMs, timeoutMs: timeout, downMs: down });
    const target = { ...server.target(embeddedWorkMs), ping: server.target().ask };
    await watchUntilInterrupted({ ...common, target, server, perSecond: load }, output, interrupts);
    return;
  }
  const { load = 0, ping, send } = options;
  const target = await parseTarget(text, talkOptions(options), reachOptions(options), options.timeout, secrets);
  const isAsked = load > 0 || ping !== undefined;
  if (isAsked && target.ask === undefined) throw usageError(target.lacks);
  if (!isAsked && send !== undefined) throw usageError('--send needs --load or --ping: without them nothing is sent');
  await watchUntilInterrupted({ ...common, target, server: undefined, perSecond: load }, output, interrupts);
}

function commonOrder(options: WatchOptions): Omit<WatchOrder<unknown>, 'target' | 'server' | 'perSecond'> {
  const { max, min = Math.min(usualMin, max), timeout, ping, plain = false, every } = options;
  if (min > max) throw usageError(`--min ${min} is more than --max ${max}`);
  return { min, max, timeoutMs: timeout, pingEveryMs: ping, plain, statusEveryMs: every };
}
