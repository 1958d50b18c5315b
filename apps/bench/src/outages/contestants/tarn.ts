import { limits } from '../limits.ts';
import { LineConnection } from '../line-connection.ts';
import type { Contestant } from '../line-pool.ts';

export const tarn: Contestant = {
  name: 'tarn',
  packageName: 'tarn',
  setUp: `\`min\`, \`max\`, \`acquireTimeoutMillis\`, \`createTimeoutMillis\`, a \`validate\` that pings, \`createRetryIntervalMillis: ${limits.retryMs}\``,
  async make(target) {
    const { Pool } = await import('tarn');
    const made = new Pool<LineConnection>({
      create: () => LineConnection.open(target),
      destroy: ({ raw }) => raw.destroy(),
      // Its types forget what its page says: a promise is waited for.
      validate: ((connection: LineConnection) => connection.answers()) as unknown as (connection: LineConnection) => boolean,
      min: limits.min,
      max: limits.max,
      acquireTimeoutMillis: limits.acquireMs,
      createTimeoutMillis: limits.openMs,
      createRetryIntervalMillis: limits.retryMs,
      propagateCreateError: false,
    });
    return {
      acquire: async () => {
        const connection = await made.acquire().promise;
        return {
          ask: (line) => connection.ask(line),
          release: () => void made.release(connection),
          // It has no way to say so: what is destroyed fails its next validation.
          discard: () => {
            connection.raw.destroy();
            made.release(connection);
          },
        };
      },
      close: () => made.destroy(),
    };
  },
};
