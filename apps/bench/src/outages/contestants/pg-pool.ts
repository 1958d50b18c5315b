import { EventEmitter } from 'node:events';
import type { Target } from '../../sockets/raw-connection.ts';
import { limits } from '../limits.ts';
import { LineConnection } from '../line-connection.ts';
import type { Contestant } from '../line-pool.ts';

/** As much of pg's Client as its pool touches, over lines. */
class LineClient extends EventEmitter {
  release: (error?: unknown) => void = () => {};
  connected: LineConnection | undefined = undefined;
  _queryable = true;
  _ending = false;
  readonly #target: Target;

  constructor(target: Target) {
    super();
    this.#target = target;
  }

  connect(callback: (error?: unknown) => void): void {
    LineConnection.open(this.#target).then((connection) => {
      if (this._ending) {
        connection.raw.destroy();
        callback(new Error('it was ended while it connected'));
        return;
      }
      this.connected = connection;
      connection.raw.onGone = (error) => {
        this._queryable = false;
        this.emit('error', error);
        this.emit('end');
      };
      callback();
    }, callback);
  }

  isConnected(): boolean {
    return this.connected !== undefined;
  }

  end(callback?: () => void): void {
    this._ending = true;
    this.connected?.raw.destroy();
    this.emit('end');
    if (callback !== undefined) process.nextTick(callback);
  }
}

export const pgPool: Contestant = {
  name: 'pg-pool',
  packageName: 'pg-pool',
  setUp:
    '`min`, `max`, `connectionTimeoutMillis`, clients of lines instead of PostgreSQL. It has no validation of idle connections and no further attempt: a failed one is told to the caller',
  async make(target) {
    const { default: PgPool } = await import('pg-pool');
    class Client extends LineClient {
      constructor() {
        super(target);
      }
    }
    const made = new PgPool<LineClient>({
      Client,
      min: limits.min,
      max: limits.max,
      connectionTimeoutMillis: limits.acquireMs,
    });
    // Its page asks for it: an idle connection that ends is told here.
    made.on('error', () => {});
    return {
      acquire: async () => {
        const client = await made.connect();
        // And for this, while a connection is lent.
        const hush = (): void => {};
        client.on('error', hush);
        const { connected } = client;
        if (connected === undefined) throw new Error('it was not connected');
        return {
          ask: (line) => connected.ask(line),
          release: () => {
            client.off('error', hush);
            client.release();
          },
          discard: (error) => {
            client.off('error', hush);
            client.release(error);
          },
        };
      },
      close: () => made.end(),
    };
  },
};
