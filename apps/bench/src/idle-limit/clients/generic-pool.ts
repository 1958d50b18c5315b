import { RawConnection } from '../../sockets/raw-connection.ts';
import { answerMs, type Contestant, get } from '../client.ts';
import { response } from '../silent-server.ts';

const generic = (name: string, setUp: string, testOnBorrow: boolean): Contestant => ({
  name,
  packageName: 'generic-pool',
  setUp,
  async make(target, connections) {
    const { default: genericPool } = await import('generic-pool');
    const pool = genericPool.createPool<RawConnection>(
      {
        create: () => RawConnection.connect(target, answerMs),
        destroy: async (connection) => connection.destroy(),
        validate: async (connection) => connection.alive,
      },
      { max: connections, testOnBorrow },
    );
    return {
      request: () =>
        pool.use(async (connection) => void (await connection.exchange(get, (text) => text.length >= response.length, answerMs))),
      close: async () => {
        await pool.drain();
        await pool.clear();
      },
    };
  },
});

export const validates = generic(
  'generic-pool, validating',
  '`max`, `testOnBorrow` with a `validate` that asks the socket whether it is still open',
  true,
);
export const validatesNot = generic('generic-pool', '`max`: as it comes, without validation', false);
