import { Connection, type Contestant } from './contestant.ts';

/** The least that anything can cost. */
export const syncFloor: Contestant = {
  name: 'pop/push',
  role: 'floor',
  abilities: ['try'],
  async make({ warm }) {
    const idle = Array.from({ length: warm }, (_, id) => new Connection(id));
    return {
      acquire: () => Promise.reject(new Error('it does not wait')),
      tryAcquire: () => idle.pop(),
      connection: (held) => held as Connection,
      release: (held) => {
        idle.push(held as Connection);
      },
      close: async () => {},
    };
  },
};
