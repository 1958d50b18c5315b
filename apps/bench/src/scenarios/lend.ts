import { peers } from '../contestants/all.ts';
import { awaitFloor } from '../contestants/await-floor.ts';
import type { Contestant, Subject } from '../contestants/contestant.ts';
import { freeList } from '../contestants/free-list.ts';
import { pool } from '../contestants/pool.ts';
import { type Batch, batched } from './batched.ts';
import { Opener } from './opener.ts';
import { type Prepared, type Scenario, subjectName } from './scenario.ts';

export const lend: Scenario = {
  name: 'lend',
  title: 'await acquire() and release() of an idle connection, one caller, 10 connections',
  contestants: [awaitFloor, freeList, pool, ...peers],
  sizes: ['10'],
  baseline: awaitFloor.name,
  metrics: [
    { key: 'ns', title: 'per use', unit: 'ns' },
    { key: 'bytes', title: 'per use', unit: 'bytes' },
  ],
  marks: [
    {
      text: '× await + pop/push',
      atMost: 1.5,
      measured: (results) => results.ratio('ns', subjectName, awaitFloor.name),
    },
    { text: 'bytes per use', atMost: 350, measured: (results) => results.median('bytes', subjectName) },
    {
      text: '× faster than the best peer',
      atLeast: 6,
      measured: (results) => Math.min(...results.of(peers).map((peer) => results.ratio('ns', peer, subjectName))),
    },
  ],
  prepare: lendOneByOne,
};

export async function lendOneByOne(contestant: Contestant, size: string, quick: boolean): Promise<Prepared> {
  const count = Number(size);
  const subject = await contestant.make({ warm: count, max: count, open: new Opener().open });
  return batched(oneByOne(subject), quick);
}

function oneByOne(subject: Subject): Batch {
  let sum = 0;
  return async (count) => {
    for (let left = count; left > 0; left--) {
      const held = await subject.acquire();
      sum += subject.connection(held).id;
      subject.release(held);
    }
    // So that nothing of it can be left out.
    if (sum < 0) throw new Error('unreachable');
  };
}
