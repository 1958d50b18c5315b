import { ConnectionError, type OpenVerdict, PoolError } from '@pool/core';

/** memcached answered SERVER_ERROR: it could not do this one thing. Its answer is complete, so the connection keeps its place. */
export class ServerError extends PoolError {
  readonly code = 'MEMCACHED_SERVER_ERROR';
}

/** memcached has as many connections as it may have (`-c`). */
export class TooManyConnectionsError extends ConnectionError {
  override readonly code = 'MEMCACHED_TOO_MANY_CONNECTIONS';

  /** More must not be tried for a while; those there are go on. */
  override get openVerdict(): OpenVerdict {
    return { limitForMs: 5_000 };
  }
}

/** The login was refused, or would have gone over the wire for everybody to read. */
export class LoginError extends PoolError {
  readonly code = 'MEMCACHED_LOGIN';

  /** The same words would be refused again: callers are told at once. */
  override get openVerdict(): OpenVerdict {
    return 'fatal';
  }
}
