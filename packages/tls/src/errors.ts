import { ConnectionError, PoolError } from '@pool/core';

/** The TLS handshake failed: the peer does not speak TLS, no common protocol or cipher, closed or reset in the middle. `cause` is Node's error. */
export class TlsHandshakeError extends ConnectionError {
  override readonly code = 'TLS_HANDSHAKE';
}

/**
 * The peer's certificate was refused, and not a byte was sent to it. `reason` says why: OpenSSL's or Node's code (CERT_HAS_EXPIRED,
 * SELF_SIGNED_CERT_IN_CHAIN, ERR_TLS_CERT_ALTNAME_INVALID, ...), or PIN_MISMATCH.
 */
export class CertificateError extends PoolError {
  readonly code = 'TLS_CERTIFICATE';
  readonly reason: string;

  constructor(message: string, reason: string, options?: ErrorOptions) {
    super(message, undefined, options);
    this.reason = reason;
  }
}

/** The peer chose none of the protocols that were offered (ALPN, RFC 7301). */
export class AlpnError extends PoolError {
  readonly code = 'TLS_ALPN';
  /** What it chose, if anything. */
  readonly chosen: string | undefined;

  constructor(message: string, chosen: string | undefined, options?: ErrorOptions) {
    super(message, undefined, options);
    this.chosen = chosen;
  }
}
