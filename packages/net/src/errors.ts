import { ConnectionError, PoolError } from '@pool/core';

/**
 * The wire cannot be read or written any more: the peer closed or reset it, or this side did.
 * `cause` is the socket's own error, or what made this side close it.
 */
export class WireClosedError extends ConnectionError {
  override readonly code = 'WIRE_CLOSED';
}

/** What was read for did not come within its `timeoutMs`. The wire was destroyed: a late answer could be taken for the next one. */
export class ReadTimeoutError extends ConnectionError {
  override readonly code = 'WIRE_READ_TIMEOUT';
  readonly timeoutMs: number;

  constructor(message: string, timeoutMs: number, options?: ErrorOptions) {
    super(message, options);
    this.timeoutMs = timeoutMs;
  }
}

/** The socket did not take what was written within its `timeoutMs`. The wire was destroyed: half a message may be on its way. */
export class WriteTimeoutError extends ConnectionError {
  override readonly code = 'WIRE_WRITE_TIMEOUT';
  readonly timeoutMs: number;

  constructor(message: string, timeoutMs: number, options?: ErrorOptions) {
    super(message, options);
    this.timeoutMs = timeoutMs;
  }
}

/** An upgrade (a TLS handshake, say) did not finish within its `timeoutMs`. The wire was destroyed. */
export class UpgradeTimeoutError extends ConnectionError {
  override readonly code = 'WIRE_UPGRADE_TIMEOUT';
  readonly timeoutMs: number;

  constructor(message: string, timeoutMs: number, options?: ErrorOptions) {
    super(message, options);
    this.timeoutMs = timeoutMs;
  }
}

/** Longest part of the peer's words an error keeps. */
const longestReceived = 200;

/** The peer broke the rules of the protocol, so that nobody knows where in it the wire stands. Throw it for your own protocol, too. */
export class ProtocolError extends ConnectionError {
  override readonly code = 'WIRE_PROTOCOL';
  // Private, so that it shows in no log: what came may be the late half of somebody's answer.
  readonly #received: string | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly received?: string | undefined }) {
    super(message, options);
    this.#received = options?.received?.slice(0, longestReceived);
  }

  /** What the peer sent instead, cut to 200 characters. Logging or serialising the error does not show it; it must be asked for. */
  get received(): string | undefined {
    return this.#received;
  }
}

/**
 * A wire was asked for something while it does something else (two reads at once, an upgrade while a read is pending).
 * A mistake of the program, not of the connection.
 */
export class WireBusyError extends PoolError {
  readonly code = 'WIRE_BUSY';
}
