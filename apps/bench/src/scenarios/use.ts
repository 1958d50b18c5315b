import { freeList } from '../contestants/free-list.ts';
import { genericPool } from '../contestants/generic-pool.ts';
import { pool } from '../contestants/pool.ts';
import { useFloor } from '../contestants/use-floor.ts';
import { batched } from './batched.ts';
import { Opener } from './opener.ts';
import { type Scenario, subjectName } from './scenario.ts';

export const useScenario: Scenario = {
  name: 'use',
  title: 'await use(work) of an idle connection, with work that answers a resolved promise',
  contestants: [useFloor, freeList, pool, genericPool],
  sizes: ['10'],
  baseline: useFloor.name,
  metrics: [
    { key: 'ns', title: 'per use', unit: 'ns' },
    { key: 'bytes', title: 'per use', unit: 'bytes' },
  ],
  marks: [
    {
      text: '× pop, await, push',
      atMost: 1.5,
      measured: (results) => results.ratio('ns', subjectName, useFloor.name),
    },
  ],
  async prepare(contestant, size, quick) {
    const count = Number(size);
    const subject = await contestant.make({ warm: count, max: count, open: new Opener().open });
    const { use } = subject;
    if (use === undefined) throw new Error(`${contestant.name} has no use()`);
    const answer = Promise.resolve();
    let sum = 0;
    const work = (connection: { readonly id: number }): Promise<void> => {
      sum += connection.id;
      return answer;
    };
    return batched(async (uses) => {
      for (let left = uses; left > 0; left--) await use(work);
      if (sum < 0) throw new Error('unreachable');
    }, quick);
  },
};
