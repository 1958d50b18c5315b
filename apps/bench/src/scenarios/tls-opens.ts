import { type Contestant, longMs } from '../contestants/contestant.ts';
import { tlsConnect, tlsConnectResumed } from '../contestants/tls-connect.ts';
import { tlsPool, tlsPoolFull } from '../contestants/tls-pool.ts';
import { Opener } from './opener.ts';
import type { Sample, Scenario } from './scenario.ts';

const connections = 50;

export const tlsOpens: Scenario = {
  name: 'tls-opens',
  title: `${connections} connections over TLS 1.3 opened at once: by a pool that keeps so many, and by hand`,
  contestants: [tlsConnect, tlsConnectResumed, tlsPoolFull, tlsPool],
  sizes: [String(connections)],
  subject: tlsPool.name,
  baseline: tlsConnect.name,
  metrics: [
    { key: 'ms', title: 'until all are open', unit: 'ms' },
    { key: 'perSecond', title: 'opens per second', unit: 'count' },
    { key: 'ns', title: 'of the processor per open', unit: 'ns' },
  ],
  share: 2,
  marks: [
    {
      text: '× the opens per second of tls.connect',
      atLeast: 1,
      measured: (results) => results.ratio('perSecond', tlsPoolFull.name, tlsConnect.name),
    },
    {
      text: '× the opens per second of tls.connect, when resumed',
      atLeast: 1.4,
      measured: (results) => results.ratio('perSecond', tlsPool.name, tlsConnect.name),
    },
  ],
  async prepare(contestant, _size, quick) {
    const round = (): Promise<Sample> => openAll(contestant);
    // Until what is done is compiled; a pool that lives for days is.
    for (let left = quick ? 0 : 60; left > 0; left--) await round();
    return { round };
  },
};

async function openAll(contestant: Contestant): Promise<Sample> {
  const start = performance.now();
  const before = process.cpuUsage();
  const subject = await contestant.make({ warm: connections, max: connections, waitMs: longMs, open: new Opener().open });
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  await subject.close();
  return { ms, perSecond: (1000 * connections) / ms, ns: (1000 * (user + system)) / connections };
}
