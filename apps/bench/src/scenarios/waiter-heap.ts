import { setImmediate as turn } from 'node:timers/promises';
import { peers } from '../contestants/all.ts';
import type { Subject } from '../contestants/contestant.ts';
import { freeList } from '../contestants/free-list.ts';
import { pool } from '../contestants/pool.ts';
import { collectGarbage } from './batched.ts';
import { Opener } from './opener.ts';
import { type Scenario, subjectName } from './scenario.ts';

const connections = 10;

export const waiterHeap: Scenario = {
  name: 'waiter-heap',
  title: 'heap for a caller that waits, the awaiting function included, of 10 000',
  contestants: [freeList, pool, ...peers],
  sizes: ['10000'],
  baseline: freeList.name,
  metrics: [{ key: 'bytes', title: 'per waiter', unit: 'bytes' }],
  share: 0.1,
  marks: [
    {
      text: `× ${freeList.name}`,
      atMost: 1.1,
      measured: (results) => results.ratio('bytes', subjectName, freeList.name),
    },
  ],
  async prepare(contestant, size, quick) {
    const count = Number(size) / (quick ? 10 : 1);
    return {
      async round() {
        const subject = await contestant.make({ warm: connections, max: connections, open: new Opener().open });
        const held = await Promise.all(Array.from({ length: connections }, () => subject.acquire()));
        const callers = new Array<Promise<void> | undefined>(count).fill(undefined);
        await turn();
        collectGarbage();
        const before = process.memoryUsage().heapUsed;
        for (let caller = 0; caller < count; caller++) callers[caller] = wait(subject);
        await turn();
        await turn();
        collectGarbage();
        const bytes = (process.memoryUsage().heapUsed - before) / count;
        for (const one of held) subject.release(one);
        await Promise.all(callers);
        await subject.close();
        return { bytes };
      },
    };
  },
};

async function wait(subject: Subject): Promise<void> {
  subject.release(await subject.acquire());
}
