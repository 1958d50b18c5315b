import { Connection, type Contestant } from './contestant.ts';

/** The least that lending for one piece of work can cost. */
export const useFloor: Contestant = {
  name: 'pop, await, push',
  role: 'floor',
  abilities: ['use'],
  async make({ warm }) {
    const idle = Array.from({ length: warm }, (_, id) => new Connection(id));
    return {
      acquire: () => Promise.reject(new Error('it does not wait')),
      connection: (held) => held as Connection,
      release: () => {},
      use: async (work) => {
        const connection = idle.pop() as Connection;
        try {
          return await work(connection);
        } finally {
          idle.push(connection);
        }
      },
      close: async () => {},
    };
  },
};
