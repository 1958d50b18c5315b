import type { Connection, Contestant } from './contestant.ts';

type Resolve = (connection: Connection) => void;

/** The smallest that is correct, as one writes it by hand: lends, queues, and lends on. It knows no limit, no break, no signal. */
class FreeList {
  readonly #idle: Connection[];
  #waiting: Resolve[] = [];
  #served = 0;

  constructor(connections: Connection[]) {
    this.#idle = connections;
  }

  tryAcquire(): Connection | undefined {
    return this.#idle.pop();
  }

  acquire(): Promise<Connection> {
    const connection = this.#idle.pop();
    if (connection !== undefined) return Promise.resolve(connection);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(connection: Connection): void {
    if (this.#served === this.#waiting.length) {
      this.#idle.push(connection);
      return;
    }
    const resolve = this.#waiting[this.#served] as Resolve;
    this.#waiting[this.#served++] = undefined as never;
    // An array has no cheap shift.
    if (this.#served > 1000 && 2 * this.#served > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#served);
      this.#served = 0;
    }
    resolve(connection);
  }

  async use<R>(work: (connection: Connection) => PromiseLike<R>): Promise<R> {
    const connection = this.#idle.pop() ?? (await this.acquire());
    try {
      return await work(connection);
    } finally {
      this.release(connection);
    }
  }
}

export const freeList: Contestant = {
  name: 'free list by hand',
  role: 'floor',
  abilities: ['wait', 'try', 'use'],
  async make({ warm, open }) {
    const list = new FreeList(await Promise.all(Array.from({ length: warm }, open)));
    return {
      acquire: () => list.acquire(),
      tryAcquire: () => list.tryAcquire(),
      use: (work) => list.use(work),
      connection: (held) => held as Connection,
      release: (held) => list.release(held as Connection),
      close: async () => {},
    };
  },
};
