import { EventEmitter } from 'node:events';
import { type Connection, type Contestant, longMs, type Setup, warmUp } from './contestant.ts';

/** As much of pg's Client as its pool touches, without a server behind it. */
class FakeClient extends EventEmitter {
  release: (() => void) | undefined = undefined;
  connection: Connection | undefined = undefined;
  readonly _queryable = true;
  readonly _ending = false;
  readonly #open: () => Promise<Connection>;

  constructor(open: () => Promise<Connection>) {
    super();
    this.#open = open;
  }

  connect(callback: (error?: unknown) => void): void {
    this.#open().then((connection) => {
      this.connection = connection;
      callback();
    }, callback);
  }

  end(callback: () => void): void {
    process.nextTick(callback);
  }
}

export const pgPool: Contestant = {
  name: 'pg-pool',
  role: 'peer',
  packageName: 'pg-pool',
  abilities: ['wait', 'limit', 'open'],
  async make(setup: Setup) {
    const { default: PgPool } = await import('pg-pool');
    class Client extends FakeClient {
      constructor() {
        super(setup.open);
      }
    }
    const made = new PgPool<FakeClient>({
      Client,
      max: setup.max,
      connectionTimeoutMillis: setup.waitMs ?? longMs,
      // With its idle timer, as it comes, but not so short that what is warm would be gone before it is used.
      idleTimeoutMillis: longMs,
      allowExitOnIdle: false,
    });
    return warmUp(
      {
        acquire: () => made.connect(),
        connection: (held: unknown) => (held as FakeClient).connection as Connection,
        release: (held: unknown) => (held as FakeClient).release?.(),
        close: () => made.end(),
      },
      setup,
    );
  },
};
