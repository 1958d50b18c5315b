import { answerMs, type Contestant } from '../client.ts';

export const undici: Contestant = {
  name: 'undici Pool',
  packageName: 'undici',
  setUp: '`connections`, and its own limit for idle connections (4 s)',
  async make({ host, port }, connections) {
    const { Pool } = await import('undici');
    const pool = new Pool(`http://${host}:${port}`, { connections, headersTimeout: answerMs, bodyTimeout: answerMs });
    return {
      request: async () => {
        const { body } = await pool.request({ path: '/', method: 'GET' });
        await body.dump();
      },
      close: () => pool.destroy(),
    };
  },
};
