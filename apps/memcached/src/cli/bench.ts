import { randomUUID } from 'node:crypto';
import type { Memcached, MemcachedOptions } from '../client.ts';

export interface BenchOptions {
  readonly connect: (limits: MemcachedOptions) => Memcached;
  readonly requests: number;
  readonly concurrency: number;
  readonly max: number;
  readonly print: (text: string) => void;
}

/** Gets one value again and again: with a connection for each get, with a pool, and with a pool and several callers. */
export async function bench({ connect, requests, concurrency, max, print }: BenchOptions): Promise<void> {
  const key = `pool-bench-${randomUUID()}`;
  const ways = [
    // One closes while the next opens.
    { name: 'a new connection each', limits: { max: 2, maxUses: 1 }, callers: 1 },
    { name: 'a pool, one at a time', limits: { max: 1, min: 1 }, callers: 1 },
    { name: `a pool of ${max}, ${concurrency} at once`, limits: { max, min: max }, callers: concurrency },
  ];
  const width = Math.max(...ways.map(({ name }) => name.length));
  let slowest: number | undefined;
  for (const { name, limits, callers } of ways) {
    await using client = connect(limits);
    await client.set(key, 'x'.repeat(100), { ttlMs: 60_000 });
    const perSecond = (requests / (await timed(client, key, requests, callers))) * 1000;
    slowest ??= perSecond;
    const { opened } = client.pool.stats.totals;
    const numbers = `${Math.round(perSecond).toLocaleString('en')} gets/s`.padStart(16);
    const ratio = `×${(perSecond / slowest).toFixed(1)}`.padStart(7);
    print(`${name.padEnd(width)} ${numbers} ${ratio}   connections opened: ${opened.toLocaleString('en')}\n`);
  }
}

async function timed(client: Memcached, key: string, requests: number, callers: number): Promise<number> {
  let left = requests;
  const caller = async (): Promise<void> => {
    while (left-- > 0) await client.get(key);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  return performance.now() - start;
}
