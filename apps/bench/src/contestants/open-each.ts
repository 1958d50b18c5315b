import type { Connection, Contestant } from './contestant.ts';

/** What a cold burst takes at best: every caller opens its own, all at once. */
export const openEach: Contestant = {
  name: 'open one each',
  role: 'floor',
  abilities: ['open'],
  async make({ open }) {
    return {
      acquire: open,
      connection: (held) => held as Connection,
      release: () => {},
      close: async () => {},
    };
  },
};
