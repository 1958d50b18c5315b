import { setTimeout as sleep } from 'node:timers/promises';
import { peers } from '../contestants/all.ts';
import { openEach } from '../contestants/open-each.ts';
import { pool } from '../contestants/pool.ts';
import { Opener } from './opener.ts';
import { type Scenario, subjectName } from './scenario.ts';
import { request } from './spike.ts';

const openMs = 50;
const requests = 50;

export const burst: Scenario = {
  name: 'burst',
  title: `${requests} requests of 2 ms at once on a cold pool of at most ${requests}, opening takes ${openMs} ms`,
  contestants: [openEach, pool, ...peers],
  sizes: [String(requests)],
  baseline: openEach.name,
  metrics: [
    { key: 'ms', title: 'until all are served', unit: 'ms' },
    { key: 'together', title: 'opening at once', unit: 'count' },
  ],
  share: 0.4,
  marks: [
    {
      text: 'opening at once',
      atLeast: requests,
      measured: (results) => results.median('together', subjectName),
    },
    {
      text: '× one opening each',
      atMost: 1.5,
      measured: (results) => results.ratio('ms', subjectName, openEach.name),
    },
  ],
  async prepare(contestant) {
    return {
      async round() {
        const opener = new Opener();
        opener.delayMs = openMs;
        const subject = await contestant.make({ warm: 0, max: requests, open: opener.open });
        const start = performance.now();
        await Promise.all(Array.from({ length: requests }, () => request(subject)));
        const ms = performance.now() - start;
        while (opener.opening > 0) await sleep(10);
        await subject.close();
        return { ms, together: opener.mostAtOnce };
      },
    };
  },
};
