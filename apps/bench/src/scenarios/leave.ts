import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { peers } from '../contestants/all.ts';
import type { Contestant, Held, Subject } from '../contestants/contestant.ts';
import { pool } from '../contestants/pool.ts';
import { Opener } from './opener.ts';
import { type Sample, type Scenario, subjectName } from './scenario.ts';

const connections = 10;
const reason = new Error('called off');
const [timeOut, abort] = ['time out', 'abort'] as const;

export const leave: Scenario = {
  name: 'leave',
  title: '10 000 callers queue, 1 000 are served, the others give up: processor time of it all',
  contestants: [pool, ...peers],
  sizes: [timeOut, abort],
  takes: (contestant, size) => size === timeOut || contestant.abilities.includes('abort'),
  baseline: subjectName,
  metrics: [{ key: 'cpuMs', title: 'CPU', unit: 'ms' }],
  share: 0.4,
  marks: [timeOut, abort].map((size) => ({
    text: `× the processor time of the best peer when they ${size}`,
    atMost: 0.5,
    measured: (results) => Math.max(...results.of(peers, size).map((peer) => results.ratio('cpuMs', subjectName, peer, size))),
  })),
  async prepare(contestant, size, quick) {
    const queued = quick ? 1000 : 10_000;
    return { round: () => round(contestant, size, queued) };
  },
};

async function round(contestant: Contestant, size: string, queued: number): Promise<Sample> {
  const waitMs = size === timeOut ? 300 : undefined;
  const subject = await contestant.make({ warm: connections, max: connections, waitMs, open: new Opener().open });
  const held = await Promise.all(Array.from({ length: connections }, () => subject.acquire()));
  await turn();
  const before = process.cpuUsage();
  const kept = await serveSome(subject, held, queued, size === abort);
  const { user, system } = process.cpuUsage(before);
  for (const one of kept) subject.release(one);
  await subject.close();
  return { cpuMs: (user + system) / 1000 };
}

/** A tenth is served; what is lent at the end is returned. */
async function serveSome(subject: Subject, held: readonly Held[], queued: number, aborting: boolean): Promise<Held[]> {
  let toServe = queued / 10;
  const kept: Held[] = [];
  const served = (one: Held): void => {
    if (--toServe > 0) subject.release(one);
    else kept.push(one);
  };
  const controllers: AbortController[] = [];
  const answers: PromiseLike<void>[] = [];
  let gaveUp = 0;
  for (let caller = 0; caller < queued; caller++) {
    let signal: AbortSignal | undefined;
    if (aborting) {
      const controller = new AbortController();
      controllers.push(controller);
      signal = controller.signal;
    }
    answers.push(
      subject.acquire(signal).then(served, () => {
        gaveUp++;
      }),
    );
  }
  for (const one of held) subject.release(one);
  if (aborting) {
    // Until those that are to be served were.
    while (toServe > 0) await sleep(1);
    // With a reason of one's own: to make Node's own costs more than all the rest.
    for (const controller of controllers) controller.abort(reason);
  }
  await Promise.all(answers);
  if (gaveUp + queued / 10 + connections - 1 < queued) throw new Error(`only ${gaveUp} gave up`);
  return kept;
}
