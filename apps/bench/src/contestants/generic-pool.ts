import { type Connection, type Contestant, longMs, warmUp } from './contestant.ts';

export const genericPool: Contestant = {
  name: 'generic-pool',
  role: 'peer',
  packageName: 'generic-pool',
  abilities: ['wait', 'limit', 'use', 'open'],
  async make(setup) {
    const { default: generic } = await import('generic-pool');
    const made = generic.createPool<Connection>(
      { create: setup.open, destroy: async () => {} },
      { min: setup.warm, max: setup.max, acquireTimeoutMillis: setup.waitMs ?? longMs },
    );
    return warmUp(
      {
        acquire: () => made.acquire(),
        use: (work: (connection: Connection) => PromiseLike<unknown>) => made.use(work as (c: Connection) => Promise<unknown>),
        connection: (held: unknown) => held as Connection,
        // It resolves when the next caller was found; nobody waits for that.
        release: (held: unknown) => void made.release(held as Connection),
        close: async () => {
          await made.drain();
          await made.clear();
        },
      },
      setup,
    );
  },
};
