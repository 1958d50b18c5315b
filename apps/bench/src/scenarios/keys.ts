import { freeList } from '../contestants/free-list.ts';
import { genericPool } from '../contestants/generic-pool.ts';
import { pool } from '../contestants/pool.ts';
import { type Batch, batched } from './batched.ts';
import { type Keyed, keyed } from './keyed.ts';
import { Opener } from './opener.ts';
import { type Mark, type Prepared, type Scenario, subjectName } from './scenario.ts';

const [known, unknown, full] = ['a known key', 'a new key', 'a place is wanted'] as const;
const [few, some, many] = [1, 100, 5000] as const;
const size = (what: string, keys: number): string => `${what}, ${keys} keys`;

const growth = (what: string, least: number): Mark => ({
  text: `× the cost of ${size(what, least)}, with ${many}`,
  atMost: 1.5,
  measured: (results) => results.ratio('ns', subjectName, subjectName, size(what, many), size(what, least)),
});

export const keys: Scenario = {
  name: 'keys',
  title: 'use of one pool of many: of a key that has an idle connection; of a new key; where another key has to give one up',
  contestants: [freeList, pool, genericPool],
  sizes: [
    ...[few, some, many].map((count) => size(known, count)),
    ...[few, many].map((count) => size(unknown, count)),
    ...[some, many].map((count) => size(full, count)),
  ],
  // The others know no limit over all keys.
  takes: (contestant, what) => contestant === pool || !what.startsWith(full),
  baseline: subjectName,
  metrics: [{ key: 'ns', title: 'per use', unit: 'ns' }],
  share: 0.3,
  marks: [
    {
      text: `× ${genericPool.name} in a Map, ${size(known, many)}`,
      atMost: 1,
      measured: (results) => results.ratio('ns', subjectName, genericPool.name, size(known, many)),
    },
    growth(unknown, few),
    growth(full, some),
  ],
  async prepare(contestant, what, quick) {
    const count = Math.ceil(Number(/\d+/.exec(what)?.[0]) / (quick ? 50 : 1));
    const make = (maxTotal: number): Promise<Keyed> => keyed(contestant, new Opener().open, maxTotal);
    if (what.startsWith(unknown)) return newKeys(make, count, quick);
    if (what.startsWith(full)) {
      const pools = await make(count);
      // Twice as many as there may be connections: whoever comes finds that his was given to another.
      for (let key = 0; key < count; key++) await pools.use(`key ${key}`);
      for (let key = count; key < 2 * count; key++) pools.know(`key ${key}`);
      return batched(inTurn(pools, 2 * count, count), quick);
    }
    const pools = await make(Infinity);
    for (let key = 0; key < count; key++) await pools.use(`key ${key}`);
    return batched(inTurn(pools, count, 0), quick);
  },
};

/** One use of each key after the other, again and again. */
function inTurn(pools: Keyed, count: number, first: number): Batch {
  const names = Array.from({ length: count }, (_, key) => `key ${key}`);
  let next = first;
  return async (uses) => {
    for (let left = uses; left > 0; left--) {
      await pools.use(names[next] as string);
      next = (next + 1) % count;
    }
  };
}

/** New pools are not made away with: each round starts with so many anew. */
function newKeys(make: (maxTotal: number) => Promise<Keyed>, count: number, quick: boolean): Prepared {
  const added = quick ? 20 : 500;
  return {
    async round() {
      const pools = await make(Infinity);
      for (let key = 0; key < count; key++) await pools.use(`key ${key}`);
      const before = process.cpuUsage();
      for (let key = 0; key < added; key++) await pools.use(`new ${key}`);
      const { user, system } = process.cpuUsage(before);
      await pools.close();
      return { ns: (1000 * (user + system)) / added };
    },
  };
}
