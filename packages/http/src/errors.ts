import { ConnectionError, type OpenVerdict, PoolError, type PoolStats } from '@pool/core';
import type { Outcome } from './exchange/verdicts.ts';

/** The connection ended before its first request was written; the request waits for another. `cause` is the socket's own error. */
export class ConnectionGoneError extends ConnectionError {
  override readonly code = 'HTTP_CONNECTION_GONE';

  constructor(message: string, cause: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Why a connection was given up, in `discard` events; `cause` is the engine's own error. */
export class ConnectionEndedError extends ConnectionError {
  override readonly code = 'HTTP_CONNECTION_ENDED';
  /** A row of the table "when a connection is done". */
  readonly outcome: Outcome;

  constructor(outcome: Outcome, when: string, cause: unknown) {
    super(`${outcome}: ${when}`, cause === undefined ? undefined : { cause });
    this.outcome = outcome;
  }
}

/** The response did not come, or not to its end. `cause` is the engine's own error; `outcome` says what became of the connection. */
export class HttpExchangeError extends ConnectionError {
  override readonly code: 'HTTP_CONNECTION_LOST' | 'HTTP_PROTOCOL';
  readonly outcome: Outcome;

  constructor(code: HttpExchangeError['code'], outcome: Outcome, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
    this.outcome = outcome;
  }
}

const timeoutCodes = {
  headersTimeoutMs: 'HTTP_HEADERS_TIMEOUT',
  bodyTimeoutMs: 'HTTP_BODY_TIMEOUT',
  requestTimeoutMs: 'HTTP_REQUEST_TIMEOUT',
} as const;

/** A request outlasted a limit after it had begun; waiting for a connection is `AcquireTimeoutError`. Message and `stats` say how full the pool was. */
export class HttpTimeoutError extends PoolError {
  readonly code: (typeof timeoutCodes)[keyof typeof timeoutCodes];
  /** The option that set the limit. */
  readonly limit: keyof typeof timeoutCodes;
  readonly timeoutMs: number;
  readonly stats: PoolStats;

  constructor(
    limit: keyof typeof timeoutCodes,
    about: { readonly message: string; readonly timeoutMs: number; readonly poolName: string; readonly stats: PoolStats },
    options?: ErrorOptions,
  ) {
    super(about.message, about.poolName, options);
    this.code = timeoutCodes[limit];
    this.limit = limit;
    this.timeoutMs = about.timeoutMs;
    this.stats = about.stats;
  }
}

/** The body of a response was asked for twice; it is not kept. */
export class ResponseUsedError extends PoolError {
  readonly code = 'HTTP_RESPONSE_USED';

  constructor() {
    super('the body of this response was read, or let go, before: it can be had once');
  }
}

/** A socket that a request of node:http was given while it connected did not connect in time. */
export class ConnectTimeoutError extends ConnectionError {
  override readonly code = 'HTTP_CONNECT_TIMEOUT';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`did not connect within ${timeoutMs} ms (openTimeoutMs)`);
    this.timeoutMs = timeoutMs;
  }
}

export interface ProxyErrorOptions extends ErrorOptions {
  readonly status?: number;
}

/**
 * A proxy could not be reached or was lost (`HTTP_PROXY_LOST`), refused the credentials or wants some (`HTTP_PROXY_AUTH`), refused to
 * connect (`HTTP_PROXY_REFUSED`), or said what its protocol does not allow (`HTTP_PROXY_PROTOCOL`). It holds no credentials.
 */
export class ProxyError extends ConnectionError {
  override readonly code: 'HTTP_PROXY_AUTH' | 'HTTP_PROXY_LOST' | 'HTTP_PROXY_PROTOCOL' | 'HTTP_PROXY_REFUSED';
  /** Of the answer of an HTTP proxy that refused. */
  readonly status: number | undefined;

  constructor(code: ProxyError['code'], message: string, { status, ...options }: ProxyErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.status = status;
  }

  /** The same credentials would be refused again, and proxies lock accounts for that. */
  override get openVerdict(): OpenVerdict | undefined {
    return this.code === 'HTTP_PROXY_AUTH' ? 'fatal' : undefined;
  }
}
