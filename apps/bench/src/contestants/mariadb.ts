import { type Connection, type Contestant, longMs, type Setup, warmUp } from './contestant.ts';

/** As much of a connection of this driver as its pool touches, without a server behind it. */
class FakeConnection {
  readonly threadId: number;
  readonly connection: Connection;
  lastUse = 0;
  leakProcess: unknown = null;
  release: () => void = () => {};
  forceEnd: unknown = undefined;

  constructor(connection: Connection, threadId: number) {
    this.connection = connection;
    this.threadId = threadId;
  }

  isValid(): boolean {
    return true;
  }

  ping(_options: unknown, resolve: () => void): void {
    resolve();
  }

  on(): void {}

  destroy(): void {}

  end(_options: unknown, resolve: () => void): void {
    resolve();
  }
}

interface MariadbPool {
  getConnection(about: object, callback: (error: unknown, connection?: FakeConnection) => void): void;
  _prepareNewConnection(connection: FakeConnection, onSuccess: () => void, onError: (error: unknown) => void): void;
  end(): Promise<void>;
}

let threads = 0;

/** Its pool opens nothing but its own connections, so this is the class inside, with its opening replaced. */
export const mariadb: Contestant = {
  name: 'mariadb',
  role: 'peer',
  packageName: 'mariadb',
  abilities: ['wait', 'limit', 'open'],
  // It counts the connections in use anew for each that it opens.
  mostConnections: 1000,
  async make(setup: Setup) {
    const inside = new URL('lib/pool.js', import.meta.resolve('mariadb')).href;
    const { default: Inside } = (await import(inside)) as { default: new (options: object) => MariadbPool };
    class Pool extends Inside {
      _createPoolConnection(onSuccess: () => void, onError: (error: unknown) => void): void {
        setup
          .open()
          .then(
            (connection) => this._prepareNewConnection(new FakeConnection(connection, ++threads), onSuccess, onError),
            onError,
          );
      }
    }
    const made = new Pool({
      connectionLimit: setup.max,
      minimumIdle: setup.warm,
      acquireTimeout: setup.waitMs ?? longMs,
      initializationTimeout: 30_000,
      idleTimeout: 1800,
      minDelayValidation: 500,
      pingTimeout: 250,
      leakDetectionTimeout: 0,
      // Without the round trip that there is no server for.
      noControlAfterUse: true,
      connOptions: {},
    });
    return warmUp(
      {
        acquire: () =>
          new Promise<unknown>((resolve, reject) => {
            made.getConnection({}, (error, connection) => (error ? reject(error) : resolve(connection)));
          }),
        connection: (held: unknown) => (held as FakeConnection).connection,
        release: (held: unknown) => (held as FakeConnection).release(),
        close: () => made.end(),
      },
      setup,
    );
  },
};
