import { longMs } from '../contestants/contestant.ts';
import { tlsConnect, tlsConnectResumed } from '../contestants/tls-connect.ts';
import { tlsPool, tlsPoolFull } from '../contestants/tls-pool.ts';
import { Opener } from './opener.ts';
import type { Scenario } from './scenario.ts';

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
  async prepare(contestant) {
    const setup = { warm: connections, max: connections, waitMs: longMs, open: new Opener().open };
    return {
      async round() {
        const start = performance.now();
        const before = process.cpuUsage();
        const subject = await contestant.make(setup);
        const ms = performance.now() - start;
        const { user, system } = process.cpuUsage(before);
        await subject.close();
        return { ms, perSecond: (1000 * connections) / ms, ns: (1000 * (user + system)) / connections };
      },
    };
  },
};
