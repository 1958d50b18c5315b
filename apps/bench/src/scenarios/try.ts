import { freeList } from '../contestants/free-list.ts';
import { pool } from '../contestants/pool.ts';
import { syncFloor } from '../contestants/sync-floor.ts';
import { batched } from './batched.ts';
import { Opener } from './opener.ts';
import { type Scenario, subjectName } from './scenario.ts';

export const tryScenario: Scenario = {
  name: 'try',
  title: 'tryAcquire() and release() of an idle connection: no promise',
  contestants: [syncFloor, freeList, pool],
  sizes: ['10'],
  baseline: syncFloor.name,
  metrics: [
    { key: 'ns', title: 'per use', unit: 'ns' },
    { key: 'bytes', title: 'per use', unit: 'bytes' },
  ],
  marks: [
    { text: '× pop/push', atMost: 5, measured: (results) => results.ratio('ns', subjectName, syncFloor.name) },
    { text: 'bytes per use', atMost: 64, measured: (results) => results.median('bytes', subjectName) },
  ],
  async prepare(contestant, size, quick) {
    const count = Number(size);
    const subject = await contestant.make({ warm: count, max: count, open: new Opener().open });
    const { tryAcquire } = subject;
    if (tryAcquire === undefined) throw new Error(`${contestant.name} has no tryAcquire()`);
    let sum = 0;
    return batched((uses) => {
      for (let left = uses; left > 0; left--) {
        const held = tryAcquire();
        sum += subject.connection(held).id;
        subject.release(held);
      }
      if (sum < 0) throw new Error('unreachable');
    }, quick);
  },
};
