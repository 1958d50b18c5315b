import { Pool } from 'undici';
import { answerMs, type HttpContestant } from './client.ts';

export const undiciPool: HttpContestant = {
  name: 'undici Pool',
  packageName: 'undici',
  setUp: '`request()`, `connections`, and its own limit for idle connections (4 s)',
  make: ({ url, ca }, connections) => {
    const limits = { connections, headersTimeout: answerMs, bodyTimeout: answerMs };
    const pool = new Pool(url, { ...limits, ...(ca === undefined ? {} : { connect: { ca } }) });
    return {
      request: async (method) => {
        const { body } = await pool.request({ path: '/', method });
        await body.text();
      },
      close: () => pool.destroy(),
    };
  },
};
