import { PoolError } from '@pool/core';

/**
 * STARTTLS is wanted, and the server does not offer it, said no, or is in a state that rules it out. Nothing but the question was sent.
 * Somebody in between who strips the offer looks the same.
 */
export class StartTlsRefusedError extends PoolError {
  readonly code = 'TLS_STARTTLS_REFUSED';

  constructor(message: string, options?: ErrorOptions) {
    super(message, undefined, options);
  }
}

/**
 * The peer sent more in the clear than the answer to STARTTLS: an answer before the question, or bytes after it, which would be taken
 * for part of what is protected (CVE-2011-0411). The connection was destroyed.
 */
export class StartTlsInjectionError extends PoolError {
  readonly code = 'TLS_STARTTLS_INJECTION';
  /** How many bytes there were that nobody had asked for. */
  readonly bufferedBytes: number;

  constructor(message: string, bufferedBytes: number, options?: ErrorOptions) {
    super(message, undefined, options);
    this.bufferedBytes = bufferedBytes;
  }
}

/** What must not be sent in the clear would have been. Nothing was sent, and no credentials were asked for. */
export class CleartextError extends PoolError {
  readonly code = 'TLS_CLEARTEXT';

  constructor(message: string, options?: ErrorOptions) {
    super(message, undefined, options);
  }
}
