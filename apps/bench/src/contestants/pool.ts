import type { Lease } from '@pool/core';
import { type Connection, type Contestant, longMs, warmUp } from './contestant.ts';

export const pool: Contestant = {
  name: '@pool/core',
  role: 'subject',
  packageName: '@pool/core',
  abilities: ['wait', 'limit', 'abort', 'try', 'use', 'open'],
  async make(setup) {
    const { Pool } = await import('@pool/core');
    const made = new Pool<Connection>(
      { open: setup.open },
      { min: setup.warm, max: setup.max, acquireTimeoutMs: setup.waitMs ?? longMs },
    );
    const subject = {
      acquire: (signal?: AbortSignal) => (signal === undefined ? made.acquire() : made.acquire({ signal })),
      tryAcquire: () => made.tryAcquire(),
      use: (work: (connection: Connection) => PromiseLike<unknown>) => made.use(work),
      connection: (held: unknown) => (held as Lease<Connection>).value,
      release: (held: unknown) => (held as Lease<Connection>).release(),
      close: async () => {
        await made.close();
      },
    };
    return warmUp(subject, setup);
  },
};
