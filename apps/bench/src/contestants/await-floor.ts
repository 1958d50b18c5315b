import { Connection, type Contestant } from './contestant.ts';

/** The least that anything with a promise can cost: a promise that is resolved already, and an array. */
export const awaitFloor: Contestant = {
  name: 'await + pop/push',
  role: 'floor',
  abilities: [],
  async make({ warm }) {
    const idle = Array.from({ length: warm }, (_, id) => new Connection(id));
    const resolved = Promise.resolve();
    let current = idle[0] as Connection;
    return {
      acquire: () => resolved,
      connection: () => {
        current = idle.pop() as Connection;
        return current;
      },
      release: () => {
        idle.push(current);
      },
      close: async () => {},
    };
  },
};
