import { ConnectionError, type OpenVerdict, PoolError } from '@pool/core';

/** Longest part of the server's words an error keeps. */
const longestReceived = 200;

export interface AuthErrorOptions extends ErrorOptions {
  /** What the server said. It may repeat what it was sent, so it shows in no log and must be asked for. */
  readonly received?: string | undefined;
  /** What the failed open means. @default 'fatal': the same credentials would be refused again, and servers lock accounts for that */
  readonly openVerdict?: OpenVerdict | undefined;
}

/**
 * The server refused the credentials, or they cannot be sent. Throw it in an exchange of your own when the server says no. A pool opens
 * nothing more after it until `recycle()` or `resume()`, and tells every caller at once; see `openVerdict`.
 */
export class AuthError extends PoolError {
  readonly code = 'TLS_AUTH';
  // Private, so that neither logging nor serialising shows it.
  readonly #received: string | undefined;
  readonly #openVerdict: OpenVerdict;

  constructor(message: string, options: AuthErrorOptions = {}) {
    super(message, undefined, options);
    this.#received = options.received?.slice(0, longestReceived);
    this.#openVerdict = options.openVerdict ?? 'fatal';
  }

  /** What the server said, cut to 200 characters. Beware: it may repeat what it was sent. */
  get received(): string | undefined {
    return this.#received;
  }

  override get openVerdict(): OpenVerdict {
    return this.#openVerdict;
  }
}

/** The server cannot log anybody in now, or not one more: nothing was said about the credentials. The pool tries again. */
export class AuthUnavailableError extends ConnectionError {
  override readonly code = 'TLS_AUTH_UNAVAILABLE';
  readonly #received: string | undefined;
  readonly #openVerdict: OpenVerdict;

  constructor(message: string, options: AuthErrorOptions = {}) {
    super(message, options);
    this.#received = options.received?.slice(0, longestReceived);
    this.#openVerdict = options.openVerdict ?? 'retry';
  }

  /** What the server said, cut to 200 characters. Beware: it may repeat what it was sent. */
  get received(): string | undefined {
    return this.#received;
  }

  override get openVerdict(): OpenVerdict {
    return this.#openVerdict;
  }
}
