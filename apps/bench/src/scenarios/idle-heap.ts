import { setImmediate as turn } from 'node:timers/promises';
import { peers } from '../contestants/all.ts';
import { Connection } from '../contestants/contestant.ts';
import { freeList } from '../contestants/free-list.ts';
import { pool } from '../contestants/pool.ts';
import { collectGarbage } from './batched.ts';
import { type Scenario, subjectName } from './scenario.ts';

export const idleHeap: Scenario = {
  name: 'idle-heap',
  title: 'heap that the pool itself takes for an idle connection',
  contestants: [freeList, pool, ...peers],
  sizes: ['10000'],
  takes: (contestant, size) => Number(size) <= (contestant.mostConnections ?? Infinity),
  baseline: freeList.name,
  metrics: [{ key: 'bytes', title: 'per connection', unit: 'bytes' }],
  share: 0.1,
  marks: [{ text: 'bytes per connection', atMost: 250, measured: (results) => results.median('bytes', subjectName) }],
  async prepare(contestant, size, quick) {
    const count = Number(size) / (quick ? 10 : 1);
    return {
      async round() {
        const connections = Array.from({ length: count }, (_, id) => new Connection(id));
        let next = 0;
        const open = async (): Promise<Connection> => connections[next++] as Connection;
        await turn();
        collectGarbage();
        const before = process.memoryUsage().heapUsed;
        const subject = await contestant.make({ warm: count, max: count, open });
        await turn();
        await turn();
        collectGarbage();
        const bytes = (process.memoryUsage().heapUsed - before) / count;
        await subject.close();
        return { bytes };
      },
    };
  },
};
