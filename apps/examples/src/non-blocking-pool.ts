// Who does not want to wait at all asks for a connection now or never: no connection available is an answer, too.
import { Pool, QueueFullError } from '@pool/core';

await using pool = new Pool({ open: () => 'a connection' }, { min: 2, max: 2 });
await pool.ready();

async function handle(request: string): Promise<void> {
  try {
    using lease = await pool.acquire({ timeoutMs: 0 });
    console.log(`${request}: served over connection ${lease.connectionId}`);
    await new Promise((resolve) => setImmediate(resolve));
  } catch (error) {
    if (!(error instanceof QueueFullError)) throw error;
    console.log(`${request}: no connection available, ${error.stats.leased} of ${error.stats.max} are lent`);
  }
}
await Promise.all(['first', 'second', 'third', 'fourth'].map(handle));

// The same without a promise: a lease or undefined.
const one = pool.tryAcquire();
const two = pool.tryAcquire();
const three = pool.tryAcquire();
console.log(`tryAcquire: ${[one, two, three].map((lease) => (lease === undefined ? 'none' : 'a lease')).join(', ')}`);
one?.release();
two?.release();

// In between: some may queue, the next one is turned away.
await using queue = new Pool({ open: () => 'a connection' }, { min: 1, max: 1, maxWaiting: 1 });
await queue.ready();
const settled = await Promise.allSettled([1, 2, 3].map(() => queue.use(() => new Promise((resolve) => setImmediate(resolve)))));
console.log(`maxWaiting 1: ${settled.map(({ status }) => (status === 'fulfilled' ? 'served' : 'turned away')).join(', ')}`);
