import { isPoolError } from '@pool/core';
import { AuthError, AuthUnavailableError, CertificateError } from '@pool/tls';
import { errorFacts } from '../errors/error-facts.ts';
import { imapErrorClass, verdictOf } from '../errors/imap-error-class.ts';

/** imapflow's reason why a connection did not come about, in words that say what to do; imapflow's own error is the `cause`. */
export function explainFailure(error: unknown, capacityLimitMs: number): unknown {
  // Ours say what they mean.
  if (isPoolError(error)) return error;
  const { code, words } = errorFacts(error);
  const said = responseCode(words);
  const openVerdict = verdictOf(error, capacityLimitMs) ?? 'retry';
  const details = { received: words, openVerdict, cause: error };
  switch (imapErrorClass(error).name) {
    case 'capacity':
      return new AuthUnavailableError(
        `the IMAP server takes no more connections of this user${said}. Lower max, or close other clients of the account`,
        details,
      );
    case 'throttled':
      return new AuthUnavailableError(`the IMAP server asks for patience${said}: nothing is opened for a while`, details);
    case 'unavailable':
      return new AuthUnavailableError(`the IMAP server cannot log in anybody now${said}`, details);
    case 'authentication':
      return new AuthError(
        `${words === '' ? `no login was possible: ${messageOf(error)}` : `the IMAP server refused the login${said}`}. Nothing is opened any more until recycle() or resume() of the pool: put that right first`,
        details,
      );
    case 'certificate':
      return new CertificateError(`the certificate of the IMAP server was refused (${code})`, code, { cause: error });
    default:
      return error;
  }
}

/** Words to repeat in a message are codes alone: the rest is the server's, and may repeat what it was sent. */
function responseCode(words: string): string {
  const [, code] = /^\[([A-Z-]{1,30})\b/i.exec(words) ?? [];
  return code === undefined ? '' : ` (${code.toUpperCase()})`;
}

/** imapflow's own, where the server has said nothing: `Login is disabled`. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
