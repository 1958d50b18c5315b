import { peers } from '../contestants/all.ts';
import { awaitFloor } from '../contestants/await-floor.ts';
import { freeList } from '../contestants/free-list.ts';
import { pool } from '../contestants/pool.ts';
import { lendOneByOne } from './lend.ts';
import { type Scenario, subjectName } from './scenario.ts';

const [few, many] = ['10', '10000'] as const;

export const sizes: Scenario = {
  name: 'sizes',
  title: 'await acquire() and release(), by the number of idle connections',
  contestants: [awaitFloor, freeList, pool, ...peers],
  sizes: [few, many],
  takes: (contestant, size) => Number(size) <= (contestant.mostConnections ?? Infinity),
  baseline: awaitFloor.name,
  metrics: [{ key: 'ns', title: 'per use', unit: 'ns' }],
  share: 0.5,
  marks: [
    {
      text: `× the cost at ${few}, with ${many} connections`,
      atMost: 1.2,
      measured: (results) => results.ratio('ns', subjectName, subjectName, many, few),
    },
  ],
  prepare: lendOneByOne,
};
