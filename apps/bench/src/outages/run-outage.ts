import { setTimeout as sleep } from 'node:timers/promises';
import { chaosProxy, type LineServer } from '@pool/testkit';
import { Child } from '../child.ts';
import { graceMs } from './limits.ts';
import type { Contestant } from './line-pool.ts';
import type { Answer, Order, Report } from './messages.ts';
import type { Outage } from './outages.ts';
import { StolenTime } from './stolen-time.ts';

/** What one pool made of one outage. */
export interface Outcome extends Report {
  readonly outage: string;
  readonly contestant: string;
  /** With nobody talking to it any more, and its pool closed. */
  readonly endedByItself: boolean;
  /** The machine kept the processor from it, or from the server, for longer than callers are allowed to be late. */
  readonly disturbed: boolean;
}

export interface Durations {
  readonly downMs: number;
  /** How long callers go on coming after that. */
  readonly upMs: number;
}

/** Sends one pool through one outage, in a process of its own; again, if the machine disturbed it. */
export async function runOutage(
  contestant: Contestant,
  outage: Outage,
  server: LineServer,
  durations: Durations,
  mostTries: number,
): Promise<Outcome> {
  let outcome = await runOnce(contestant, outage, server, durations);
  for (let tries = 1; outcome.disturbed && tries < mostTries; tries++) {
    outcome = await runOnce(contestant, outage, server, durations);
  }
  return outcome;
}

async function runOnce(
  contestant: Contestant,
  outage: Outage,
  server: LineServer,
  { downMs, upMs }: Durations,
): Promise<Outcome> {
  const proxy = await chaosProxy({ target: server.address });
  const child = new Child<Order, Answer>('outage-worker', [contestant.name, '127.0.0.1', String(proxy.port)]);
  try {
    await child.next(30_000);
    using stolenHere = new StolenTime();
    outage.harm(proxy);
    child.send({ kind: 'down' });
    await sleep(downMs);
    await proxy.accept();
    proxy.behaveForNew('pass');
    child.send({ kind: 'up', at: Date.now() });
    await sleep(upMs);
    child.send({ kind: 'finish' });
    const answer = await child.next(30_000);
    if (answer.kind !== 'report') throw new Error(`${contestant.name} answered '${answer.kind}' out of turn`);
    const disturbed = Math.max(stolenHere.longestSince(0), answer.report.stolenMs) > graceMs;
    const endedByItself = await child.endsWithin(2_000);
    return { outage: outage.name, contestant: contestant.name, ...answer.report, endedByItself, disturbed };
  } finally {
    child.kill();
    await proxy.stop();
  }
}
