import { type Connection, type Contestant, longMs, warmUp } from './contestant.ts';

export const lightningPool: Contestant = {
  name: 'lightning-pool',
  role: 'peer',
  packageName: 'lightning-pool',
  abilities: ['wait', 'limit', 'open'],
  async make(setup) {
    const { Pool } = await import('lightning-pool');
    const made = new Pool<Connection>(
      { create: setup.open, destroy: async () => {} },
      {
        min: setup.warm,
        max: setup.max,
        // It refuses the 1001st otherwise.
        maxQueue: 1_000_000,
        acquireTimeoutMillis: setup.waitMs ?? longMs,
      },
    );
    return warmUp(
      {
        acquire: () => made.acquire(),
        connection: (held: unknown) => held as Connection,
        release: (held: unknown) => made.release(held as Connection),
        // It does not always say when it is done.
        close: async () => made.close(true, () => {}),
      },
      setup,
    );
  },
};
