import { limits } from '../limits.ts';
import { LineConnection } from '../line-connection.ts';
import type { Contestant } from '../line-pool.ts';

export const lightningPool: Contestant = {
  name: 'lightning-pool',
  packageName: 'lightning-pool',
  setUp: `\`min\`, \`max\`, \`acquireTimeoutMillis\`, \`validation\` with a \`validate\` that pings, \`acquireRetryWait: ${limits.retryMs}\`, \`acquireMaxRetries: 1000\` (none by default)`,
  async make(target) {
    const { Pool } = await import('lightning-pool');
    const made = new Pool<LineConnection>(
      {
        create: () => LineConnection.open(target),
        destroy: async ({ raw }) => raw.destroy(),
        validate: (connection) => connection.answers(),
      },
      {
        min: limits.min,
        max: limits.max,
        acquireTimeoutMillis: limits.acquireMs,
        acquireMaxRetries: 1000,
        acquireRetryWait: limits.retryMs,
        validation: true,
      },
    );
    made.start();
    return {
      acquire: async () => {
        const connection = await made.acquire();
        return {
          ask: (line) => connection.ask(line),
          release: () => made.release(connection),
          discard: () => made.destroy(connection),
        };
      },
      close: () => made.closeAsync(true),
    };
  },
};
