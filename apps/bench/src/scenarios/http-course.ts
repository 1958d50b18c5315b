import { type Contestant, longMs } from '../contestants/contestant.ts';
import { HttpRequester } from '../contestants/http-requester.ts';
import { Opener } from './opener.ts';
import type { Metric, Prepared, Sample } from './scenario.ts';

export const httpMetrics: readonly Metric[] = [
  { key: 'ns', title: 'of the processor per request', unit: 'ns' },
  { key: 'perSecond', title: 'requests per second', unit: 'count' },
];

/** So many callers, each on a connection, each asking again as soon as it has its answer. */
export async function asFastAsItGoes(contestant: Contestant, connections: number, quick: boolean): Promise<Prepared> {
  const subject = await contestant.make({ warm: 0, max: connections, waitMs: longMs, open: new Opener().open });
  const requester = subject.connection(await subject.acquire());
  if (!(requester instanceof HttpRequester)) throw new Error(`${contestant.name} sends no requests`);
  const { send } = requester;
  const round = async (requests: number): Promise<Sample> => {
    const start = performance.now();
    const before = process.cpuUsage();
    await manyTimes(send, connections, requests);
    const { user, system } = process.cpuUsage(before);
    const ms = performance.now() - start;
    return { ns: (1000 * (user + system)) / requests, perSecond: (1000 * requests) / ms };
  };
  const requests = quick ? 2 * connections : connections === 1 ? 6_000 : 20_000;
  // Until what is done is compiled.
  for (let left = quick ? 1 : 3; left > 0; left--) await round(requests);
  return { round: () => round(requests) };
}

function manyTimes(send: HttpRequester['send'], callers: number, requests: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let begun = 0;
    let ended = 0;
    const next = (): void => {
      begun++;
      send((error) => {
        if (error !== undefined) reject(error);
        else if (++ended === requests) resolve();
        else if (begun < requests) next();
      });
    };
    for (let left = Math.min(callers, requests); left > 0; left--) next();
  });
}
