import { limits } from '../limits.ts';
import { LineConnection } from '../line-connection.ts';
import type { Contestant } from '../line-pool.ts';

export const genericPool: Contestant = {
  name: 'generic-pool',
  packageName: 'generic-pool',
  setUp: '`min`, `max`, `acquireTimeoutMillis`, `testOnBorrow` with a `validate` that pings. It has no delay between attempts',
  async make(target) {
    const { default: generic } = await import('generic-pool');
    const made = generic.createPool<LineConnection>(
      {
        create: () => LineConnection.open(target),
        destroy: async ({ raw }) => raw.destroy(),
        validate: (connection) => connection.answers(),
      },
      { min: limits.min, max: limits.max, acquireTimeoutMillis: limits.acquireMs, testOnBorrow: true },
    );
    return {
      acquire: async () => {
        const connection = await made.acquire();
        return {
          ask: (line) => connection.ask(line),
          release: () => void made.release(connection),
          discard: () => void made.destroy(connection),
        };
      },
      close: async () => {
        await made.drain();
        await made.clear();
      },
    };
  },
};
