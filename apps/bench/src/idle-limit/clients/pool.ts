import type { Contestant } from '../client.ts';
import { answerMs, get } from '../client.ts';
import { response } from '../silent-server.ts';

const ours = (name: string, setUp: string, idleLimit: 'learn' | 'off', pings: boolean): Contestant => ({
  name,
  packageName: '@pool/core',
  setUp,
  async make(target, connections) {
    const { Pool } = await import('@pool/core');
    const { tcp } = await import('@pool/net');
    type Wire = Awaited<ReturnType<ReturnType<typeof tcp>['open']>>;
    const exchange = async (
      wire: Wire,
      request: string,
      options: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
    ) => {
      await wire.write(request, options);
      await wire.read(response.length, options);
    };
    const connector = {
      ...tcp(target),
      ...(pings
        ? {
            ping: (wire: Wire, { signal }: { readonly signal: AbortSignal }) =>
              exchange(wire, get.replace('GET /', 'OPTIONS *'), { signal }),
          }
        : {}),
    };
    const pool = new Pool<Wire>(connector, { max: connections, idleLimit });
    return {
      request: () => pool.use((wire) => exchange(wire, get, { timeoutMs: answerMs })),
      close: () => pool.close(),
      learnedMs: () => pool.stats.learnedIdleLimitMs,
    };
  },
});

export const learns = ours('@pool/core', "`tcp()` of @pool/net, `max`; `idleLimit: 'learn'` is the default", 'learn', false);
export const learnsAndPings = ours(
  '@pool/core, with a ping',
  'the same with a ping (`OPTIONS *`): connections are pinged before the limit instead of retired',
  'learn',
  true,
);
export const learnsNot = ours("@pool/core, idleLimit 'off'", "`tcp()`, `max`, `idleLimit: 'off'`", 'off', false);
