import { setTimeout as sleep } from 'node:timers/promises';
import { peers } from '../contestants/all.ts';
import type { Subject } from '../contestants/contestant.ts';
import { freeList } from '../contestants/free-list.ts';
import { pool } from '../contestants/pool.ts';
import { Opener } from './opener.ts';
import { type Scenario, subjectName } from './scenario.ts';

const warm = 5;
const openMs = 150;
const requests = 50;
const workMs = 2;
const [used, unused] = ['in use before', 'never used'] as const;

export const spike: Scenario = {
  name: 'spike',
  title: `${requests} requests of ${workMs} ms at once, ${warm} warm connections of at most 50, opening takes ${openMs} ms`,
  contestants: [freeList, pool, ...peers],
  sizes: [used, unused],
  baseline: freeList.name,
  metrics: [
    { key: 'ms', title: 'until all are served', unit: 'ms' },
    { key: 'opened', title: 'opened', unit: 'count' },
  ],
  share: 0.4,
  marks: [used, unused].flatMap((size) => [
    {
      text: `connections opened, ${size}`,
      atMost: 0,
      measured: (results) => results.most('opened', subjectName, size),
    },
    {
      text: `× ${warm} connections and nothing else, ${size}`,
      atMost: 1.5,
      measured: (results) => results.ratio('ms', subjectName, freeList.name, size),
    },
  ]),
  async prepare(contestant, size) {
    return {
      async round() {
        const opener = new Opener();
        opener.delayMs = openMs;
        const subject = await contestant.make({ warm, max: 50, open: opener.open });
        if (size === used) for (let count = 0; count < 20; count++) await request(subject);
        const before = opener.opened;
        const start = performance.now();
        await Promise.all(Array.from({ length: requests }, () => request(subject)));
        const ms = performance.now() - start;
        const opened = opener.opened - before;
        while (opener.opening > 0) await sleep(10);
        await subject.close();
        return { ms, opened };
      },
    };
  },
};

export async function request(subject: Subject): Promise<void> {
  const held = await subject.acquire();
  await sleep(workMs);
  subject.release(held);
}
