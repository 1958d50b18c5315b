import { setTimeout as sleep } from 'node:timers/promises';
import { longMs, type Subject } from '../contestants/contestant.ts';
import { tlsConnect, tlsConnectResumed } from '../contestants/tls-connect.ts';
import { tlsPool, tlsPoolFull } from '../contestants/tls-pool.ts';
import { collectGarbage } from './batched.ts';
import { Opener } from './opener.ts';
import type { Scenario } from './scenario.ts';

/** In each pool. They open at once, and what that takes in passing should be small beside what stays. */
const together = 50;

export const tlsIdleMemory: Scenario = {
  name: 'tls-idle-memory',
  title: 'memory of the process for each idle connection over TLS 1.3, OpenSSL included',
  contestants: [tlsConnect, tlsConnectResumed, tlsPoolFull, tlsPool],
  sizes: ['2000'],
  subject: tlsPool.name,
  baseline: tlsConnect.name,
  metrics: [
    { key: 'bytes', title: 'per connection', unit: 'bytes' },
    { key: 'heap', title: 'of these on the heap', unit: 'bytes' },
  ],
  share: 0.35,
  countsProcessMemory: true,
  marks: [
    {
      text: '× tls.connect with a shared context, both not resumed',
      atMost: 1.1,
      measured: (results) => results.ratio('bytes', tlsPoolFull.name, tlsConnect.name),
    },
    {
      text: '× tls.connect with a shared context, both resumed',
      atMost: 1.1,
      measured: (results) => results.ratio('bytes', tlsPool.name, tlsConnectResumed.name),
    },
  ],
  async prepare(contestant, size, quick) {
    const count = quick ? together : Number(size);
    // All are kept: freed memory is not given back to the system, and would be taken for none.
    const kept: Subject[] = [];
    return {
      async round() {
        const before = settled();
        for (let left = count; left > 0; left -= together) {
          kept.push(await contestant.make({ warm: together, max: together, waitMs: longMs, open: new Opener().open }));
        }
        // The tickets are on their way.
        await sleep(200);
        const after = settled();
        return { bytes: (after.rss - before.rss) / count, heap: (after.heapUsed - before.heapUsed) / count };
      },
    };
  },
};

function settled(): NodeJS.MemoryUsage {
  collectGarbage();
  return process.memoryUsage();
}
