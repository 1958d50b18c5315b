import type { Pool } from '@pool/core';
import type { HttpConnection, HttpPool } from '@pool/http';

/** One server behind the proxy. What is known of it is what its pool of connections knows. */
export class Upstream {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  readonly #pool: HttpPool;

  constructor(url: string, pool: HttpPool) {
    this.url = url;
    this.#pool = pool;
  }

  get connections(): Pool<HttpConnection> {
    return this.#pool.origins.at({ url: this.url });
  }

  /** The last attempt to connect failed. The pool probes it, one opening at a time, until one succeeds. */
  get isDown(): boolean {
    return this.connections.stats.consecutiveFailures > 0;
  }

  /** Requests that it has now. */
  get load(): number {
    const { leased, waiting } = this.connections.stats;
    return leased + waiting;
  }
}
