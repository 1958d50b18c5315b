import { agent, HttpPool, secureAgent } from '@pool/http';
import { requestThrough } from './agents.ts';
import { answerMs, type HttpClient, type HttpContestant, type Place } from './client.ts';

const packageName = '@pool/http';

export const poolRequest: HttpContestant = {
  name: '@pool/http',
  packageName,
  keeps: true,
  setUp: '`request()`, `maxPerKey`',
  make: (place, connections) => {
    const pool = poolFor(place, connections);
    let lastRetryMs: number | undefined;
    pool.origins.at(place).on('openError', ({ retryInMs }) => {
      lastRetryMs = retryInMs;
    });
    return {
      ...common(pool, place),
      request: async (method) => {
        const response = await pool.request(place.url, { method });
        await response.text();
      },
      lastRetryMs: () => lastRetryMs,
    };
  },
};

export const poolAgent: HttpContestant = {
  name: '@pool/http, agent',
  packageName,
  setUp: '`agent()` with `node:http`, `maxPerKey`',
  make: (place, connections) => {
    const pool = poolFor(place, connections);
    const { close } = common(pool, place);
    return { close, request: requestThrough(place, place.url.startsWith('https:') ? secureAgent(pool) : agent(pool)) };
  },
};

function poolFor({ ca }: Place, maxPerKey: number): HttpPool {
  return new HttpPool({ maxPerKey, requestTimeoutMs: answerMs, ...(ca === undefined ? {} : { tls: { ca } }) });
}

function common(pool: HttpPool, { url }: Place): Pick<HttpClient, 'close' | 'warm'> {
  return { warm: (count) => pool.warm(url, count), close: () => pool.close({ drainTimeoutMs: 0 }) };
}
