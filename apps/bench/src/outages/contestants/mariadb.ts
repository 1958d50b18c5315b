import { EventEmitter } from 'node:events';
import { limits } from '../limits.ts';
import { LineConnection } from '../line-connection.ts';
import type { Contestant } from '../line-pool.ts';

/** As much of a connection of this driver as its pool touches, over lines. */
class DriverConnection extends EventEmitter {
  readonly threadId: number;
  readonly lines: LineConnection;
  lastUse = 0;
  leakProcess: unknown = null;
  release: () => void = () => {};
  forceEnd: unknown = undefined;

  constructor(lines: LineConnection, threadId: number) {
    super();
    this.lines = lines;
    this.threadId = threadId;
    lines.raw.onGone = (error) => this.emit('error', error);
  }

  isValid(): boolean {
    return this.lines.raw.alive;
  }

  /** Like the driver's own, it is closed when it does not answer in time. */
  ping(_options: unknown, resolve: () => void, reject: (error: Error) => void): void {
    void this.lines.answers().then((good) => (good ? resolve() : reject(new Error('Ping timeout'))));
  }

  destroy(): void {
    this.lines.raw.destroy();
  }

  end(_options: unknown, resolve: () => void): void {
    this.lines.raw.destroy();
    resolve();
  }
}

interface DriverPool extends EventEmitter {
  getConnection(about: object, callback: (error: unknown, connection?: DriverConnection) => void): void;
  _prepareNewConnection(connection: DriverConnection, onSuccess: () => void, onError: (error: unknown) => void): void;
  _handleConnectionCreationError(
    error: unknown,
    onSuccess: () => void,
    onError: (error: unknown) => void,
    timeoutEnd: number,
  ): void;
  end(): Promise<void>;
}

/** Its pool opens nothing but its own connections, so this is the class inside, with its opening replaced. */
export const mariadb: Contestant = {
  name: 'mariadb',
  packageName: 'mariadb',
  setUp:
    '`minimumIdle`, `connectionLimit`, `acquireTimeout`, `initializationTimeout`, `pingTimeout`, `minDelayValidation: 0`, connections of lines instead of MariaDB',
  async make(target) {
    const inside = new URL('lib/pool.js', import.meta.resolve('mariadb')).href;
    const { default: Inside } = (await import(inside)) as { default: new (options: object) => DriverPool };
    let threads = 0;
    class Pool extends Inside {
      _createPoolConnection(onSuccess: () => void, onError: (error: unknown) => void, timeoutEnd: number): void {
        LineConnection.open(target).then(
          (lines) => this._prepareNewConnection(new DriverConnection(lines, ++threads), onSuccess, onError),
          (error: unknown) => this._handleConnectionCreationError(error, onSuccess, onError, timeoutEnd),
        );
      }
    }
    const made = new Pool({
      connectionLimit: limits.max,
      minimumIdle: limits.min,
      acquireTimeout: limits.acquireMs,
      // What its own options make of this acquireTimeout.
      initializationTimeout: 100,
      idleTimeout: 1800,
      minDelayValidation: 0,
      pingTimeout: limits.pingMs,
      leakDetectionTimeout: 0,
      noControlAfterUse: true,
      connOptions: {},
    });
    made.on('error', () => {});
    return {
      acquire: async () => {
        const connection = await new Promise<DriverConnection>((resolve, reject) => {
          made.getConnection({}, (error, given) => (given === undefined ? reject(error) : resolve(given)));
        });
        return {
          ask: (line) => connection.lines.ask(line),
          release: () => connection.release(),
          discard: () => connection.destroy(),
        };
      },
      close: () => made.end(),
    };
  },
};
