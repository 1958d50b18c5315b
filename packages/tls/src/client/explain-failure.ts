import type { TLSSocket } from 'node:tls';
import { AlpnError, CertificateError, TlsHandshakeError } from '../errors.ts';
import type { Material } from './material.ts';

const untrusted = 'If you trust the authority that signed it, give its certificate as ca';

/** Names of X509_verify_cert_error (OpenSSL) as Node gives them, and of its own checks. */
const certificateHints: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The server needs a new one; or is the clock of this machine wrong?',
  CERT_NOT_YET_VALID: 'Is the clock of this machine, or of the server, wrong?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'It is self-signed: if you trust it, give it as ca',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${untrusted}; or the server does not send the certificates between it and its authority`,
  CERT_SIGNATURE_FAILURE: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: 'If the server is known by another name, give that as servername',
  PIN_MISMATCH: 'If the server has a new one, pin that, too',
};

const noTls = 'The peer does not answer in TLS: is this a port that begins in the clear (STARTTLS)?';
const noVersion = 'The peer speaks none of the versions from minVersion to maxVersion';

/** By the end of Node's code: what comes before it is the name of a protocol, which differs between versions of OpenSSL. */
const handshakeHints: readonly (readonly [end: RegExp, hint: string])[] = [
  [/WRONG_VERSION_NUMBER$|PACKET_LENGTH_TOO_LONG$/, noTls],
  [/ALERT_PROTOCOL_VERSION$|UNSUPPORTED_PROTOCOL$/, noVersion],
  [/ALERT_HANDSHAKE_FAILURE$/, 'No cipher in common; or the peer wants a client certificate (cert and key)'],
  [
    /^ECONNRESET$/,
    'The peer closed it in the middle: is this a port for TLS, and does it want a client certificate (cert and key)?',
  ],
];

/** Node's error, in words that say who refused what, and what to do. */
export function explainFailure(cause: unknown, socket: TLSSocket | undefined, material: Material, name: string): Error {
  if (cause instanceof AlpnError) return cause;
  const peer = name === material.name ? material.peer : name;
  const { code, message } = describe(cause);
  if (code?.endsWith('ALERT_NO_APPLICATION_PROTOCOL')) {
    const offer = material.protocols.join(', ');
    return new AlpnError(`${peer} speaks none of the protocols offered by ALPN (${offer})`, undefined, { cause });
  }
  // Set when the verification failed, and only then. Deno says it with the code alone.
  const reason = socket?.authorizationError ?? (Object.hasOwn(certificateHints, code ?? '') ? code : undefined);
  if (reason != null) {
    const hint = certificateHints[String(reason)];
    return new CertificateError(
      `the certificate of ${peer} was refused: ${message} (${String(reason)})${hint === undefined ? '' : `. ${hint}`}`,
      String(reason),
      { cause },
    );
  }
  const hint = handshakeHints.find(([end]) => end.test(code ?? ''))?.[1];
  return new TlsHandshakeError(
    `the TLS handshake with ${peer} failed: ${message}${code === undefined ? '' : ` (${code})`}${hint === undefined ? '' : `. ${hint}`}`,
    { cause },
  );
}

function describe(cause: unknown): { readonly code: string | undefined; readonly message: string } {
  if (!(cause instanceof Error)) return { code: undefined, message: String(cause) };
  const { code, reason } = cause as NodeJS.ErrnoException & { readonly reason?: unknown };
  // OpenSSL's message is a line of numbers and file names, of which its `reason` is the only part for people.
  return { code, message: typeof reason === 'string' ? reason : cause.message };
}
