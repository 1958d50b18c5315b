import { type Backoff, Pool } from '@pool/core';
import type { Target } from '../targets/target.ts';
import type { Way } from './way.ts';

export interface PooledOptions {
  readonly max: number;
  /** @default 0 */
  readonly min?: number;
  /** For opening, for waiting in line, and for an answer: each. */
  readonly timeoutMs: number;
  /** @default the pool's own */
  readonly openBackoff?: Backoff;
}

/** With a pool: borrow a connection that is ready, ask, give it back. */
export class Pooled<T> implements Way {
  readonly pool: Pool<T>;
  tries = 0;
  readonly #ask: (connection: T) => Promise<void>;

  constructor(target: Target<T>, options: PooledOptions) {
    const { max, min = 0, timeoutMs, openBackoff } = options;
    const { connector, init, ask } = target;
    this.pool = new Pool<T>(
      {
        ...connector,
        open: (context) => {
          this.tries += 1;
          return connector.open(context);
        },
      },
      {
        max,
        min,
        init,
        acquireTimeoutMs: timeoutMs,
        openTimeoutMs: timeoutMs,
        ...(openBackoff === undefined ? {} : { openBackoff }),
      },
    );
    this.#ask = (connection) => ask(connection, timeoutMs);
  }

  get opened(): number {
    return this.pool.stats.totals.opened;
  }

  ask(): Promise<void> {
    return this.pool.use(this.#ask);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever ends it early waits for nothing any more.
    await this.pool.close({ drainTimeoutMs: 0 });
  }
}
