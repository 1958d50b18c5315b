import { peers } from '../contestants/all.ts';
import type { Subject } from '../contestants/contestant.ts';
import { freeList } from '../contestants/free-list.ts';
import { pool } from '../contestants/pool.ts';
import { type Batch, batched } from './batched.ts';
import { Opener } from './opener.ts';
import { type Scenario, subjectName } from './scenario.ts';

const [few, many] = ['10', '50000'] as const;
const connections = 10;

export const handOver: Scenario = {
  name: 'hand-over',
  title: `queue, be served by a release, release: ${connections} connections, by the number that wait`,
  contestants: [freeList, pool, ...peers],
  sizes: [few, many],
  baseline: freeList.name,
  metrics: [
    { key: 'ns', title: 'per hand-over', unit: 'ns' },
    { key: 'bytes', title: 'per hand-over', unit: 'bytes' },
  ],
  share: 0.5,
  marks: [
    {
      text: `× the cost with ${few} that wait, with ${many}`,
      atMost: 1.2,
      measured: (results) => results.ratio('ns', subjectName, subjectName, many, few),
    },
  ],
  async prepare(contestant, size, quick) {
    const subject = await contestant.make({ warm: connections, max: connections, open: new Opener().open });
    return batched(callers(subject, Number(size) + connections), quick);
  },
};

/** So many callers that each take a connection, give it back, and queue again. Between batches those that hold one keep it. */
function callers(subject: Subject, count: number): Batch {
  let left = 0;
  let sum = 0;
  let finish = (): void => {};
  let resume = (): void => {};
  let paused = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const call = async (): Promise<never> => {
    for (;;) {
      const held = await subject.acquire();
      sum += subject.connection(held).id;
      if (left <= 0) await paused;
      if (--left === 0) finish();
      subject.release(held);
    }
  };
  for (let caller = 0; caller < count; caller++) void call();
  return (uses) => {
    if (uses === 0) return;
    const done = new Promise<void>((resolve) => {
      finish = () => {
        paused = new Promise((again) => {
          resume = again;
        });
        resolve();
      };
    });
    left = uses;
    resume();
    return done.then(() => {
      if (sum < 0) throw new Error('unreachable');
    });
  };
}
