import { limits } from '../limits.ts';
import type { Contestant } from '../line-pool.ts';

export const pool: Contestant = {
  name: '@pool/core',
  packageName: '@pool/core',
  setUp:
    '`tcp()` of @pool/net, `min`, `max`, `acquireTimeoutMs`, `openTimeoutMs`, `pingTimeoutMs`, `closeTimeoutMs`, `pingAfterIdleMs: 0`, `openBackoff` from 10 to 80 ms',
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
        pingAfterIdleMs: 0,
        openBackoff: exponential({ initialMs: 10, maxMs: limits.retryMs }),
        init: async (wire, { signal }) => {
          await wire.write('HELLO\r\n', { signal });
          await wire.readLine({ signal });
        },
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
};
