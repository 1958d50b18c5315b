import { type Connection, type Contestant, longMs, warmUp } from './contestant.ts';

export const tarn: Contestant = {
  name: 'tarn',
  role: 'peer',
  packageName: 'tarn',
  abilities: ['wait', 'limit', 'abort', 'open'],
  async make(setup) {
    const { Pool } = await import('tarn');
    const made = new Pool<Connection>({
      create: setup.open,
      destroy: () => {},
      min: setup.warm,
      max: setup.max,
      acquireTimeoutMillis: setup.waitMs ?? longMs,
    });
    return warmUp(
      {
        acquire: (signal?: AbortSignal) => {
          const pending = made.acquire();
          signal?.addEventListener('abort', () => pending.abort(), { once: true });
          return pending.promise;
        },
        connection: (held: unknown) => held as Connection,
        release: (held: unknown) => void made.release(held as Connection),
        close: async () => {
          await made.destroy();
        },
      },
      setup,
    );
  },
};
