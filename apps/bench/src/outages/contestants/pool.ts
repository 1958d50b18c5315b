import { limits } from '../limits.ts';
import type { Contestant } from '../line-pool.ts';

const ours = (name: string, setUp: string, validation: { readonly pingAfterIdleMs?: number }): Contestant => ({
  name,
  packageName: '@pool/core',
  setUp,
  async make(target) {
    const { exponential, Pool } = await import('@pool/core');
    const { tcp } = await import('@pool/net');
    const made = new Pool(
      {
        ...tcp(target),
        ping: async (wire, { signal }) => {
          await wire.write('PING\r\n', { signal });
          await wire.readLine({ signal });
        },
      },
      {
        max: limits.max,
        min: limits.min,
        acquireTimeoutMs: limits.acquireMs,
        openTimeoutMs: limits.openMs,
        pingTimeoutMs: limits.pingMs,
        closeTimeoutMs: limits.closeMs,
        openBackoff: exponential({ initialMs: 10, maxMs: limits.retryMs }),
        init: async (wire, { signal }) => {
          await wire.write('HELLO\r\n', { signal });
          await wire.readLine({ signal });
        },
        ...validation,
      },
    );
    return {
      acquire: async () => {
        const lease = await made.acquire();
        const wire = lease.value;
        return {
          ask: async (line) => {
            await wire.write(`${line}\r\n`);
            return wire.readLine({ timeoutMs: limits.answerMs });
          },
          release: () => lease.release(),
          discard: (error) => lease.discard('broken', error),
        };
      },
      close: () => made.close(),
    };
  },
});

export const pool = ours(
  '@pool/core',
  `\`tcp()\` of @pool/net with a ping, \`min\`, \`max\`, \`acquireTimeoutMs\`, \`openTimeoutMs\`, \`pingTimeoutMs\`, \`closeTimeoutMs\`, \`pingAfterIdleMs: 0\`, \`openBackoff\` from 10 to ${limits.retryMs} ms`,
  { pingAfterIdleMs: 0 },
);

export const poolThatTrusts = ours(
  '@pool/core, pinging suspects only',
  'the same without `pingAfterIdleMs`, as it is by default: only after others have died is a connection pinged before it is lent',
  {},
);
