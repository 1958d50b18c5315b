import { agent, dispatcher, HttpPool } from '@pool/http';
import type { Contestant } from './contestant.ts';
import { getThrough } from './http-node.ts';
import { httpContestant } from './http-requester.ts';
import { discarding } from './http-undici.ts';

const packageName = '@pool/http';

export const httpPoolRequest: Contestant = httpContestant(
  { name: '@pool/http, request', role: 'subject', packageName },
  ({ port }, maxPerKey) => {
    const pool = new HttpPool({ maxPerKey });
    const url = `http://127.0.0.1:${port}/x`;
    async function get(): Promise<void> {
      const response = await pool.request(url);
      await response.text();
    }
    return { send: (done) => void get().then(done, done), close: () => pool.close() };
  },
);

export const httpPoolDispatcher: Contestant = httpContestant(
  { name: '@pool/http, dispatcher', role: 'subject', packageName },
  ({ port }, maxPerKey) => {
    const pool = new HttpPool({ maxPerKey });
    const through = dispatcher(pool);
    const options = { origin: `http://127.0.0.1:${port}`, path: '/x', method: 'GET' } as const;
    return { send: (done) => through.dispatch(options, discarding(done)), close: () => pool.close() };
  },
);

export const httpPoolAgent: Contestant = httpContestant(
  { name: '@pool/http, agent', role: 'subject', packageName },
  ({ port }, maxPerKey) => {
    const pool = new HttpPool({ maxPerKey });
    return { send: getThrough(agent(pool), port), close: () => pool.close() };
  },
);
