import { Connection, type Contestant } from './contestant.ts';
import { type HttpTarget, httpTarget } from './http-target.ts';

/** What the contestants of HTTP lend: not a connection, but the way to send a request over one of theirs. */
export class HttpRequester extends Connection {
  /** One GET; `done` when its answer was read. A callback, because some of them are measured without a promise. */
  readonly send: (done: (error?: unknown) => void) => void;

  constructor(send: HttpRequester['send']) {
    super(0);
    this.send = send;
  }
}

export interface Sender {
  readonly send: HttpRequester['send'];
  close(): Promise<unknown>;
}

/** @param make one that uses so many connections, and no more */
export function httpContestant(
  about: Pick<Contestant, 'name' | 'role' | 'packageName'>,
  make: (target: HttpTarget, connections: number) => Sender,
): Contestant {
  return {
    ...about,
    abilities: [],
    async make({ max }) {
      const { send, close } = make(await httpTarget(), max);
      const requester = new HttpRequester(send);
      return {
        acquire: () => Promise.resolve(requester),
        connection: () => requester,
        release: () => {},
        close: async () => {
          await close();
        },
      };
    },
  };
}
