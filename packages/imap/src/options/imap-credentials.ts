import { type OpenContext, OptionsError } from '@pool/core';
import type { PasswordCredentials, TokenCredentials } from '@pool/tls';

export interface ImapPasswordCredentials extends PasswordCredentials {
  /** Read this user's mail with the rights of `username` (the authorization identity of SASL PLAIN, RFC 4616). @default none */
  readonly authorizeAs?: string | undefined;
}

/** OAuth 2.0: OAUTHBEARER (RFC 7628) or XOAUTH2, whichever the server offers. */
export interface ImapTokenCredentials extends TokenCredentials {
  /**
   * When the token expires, in milliseconds since 1970. Its connection is closed before that, at the latest a minute before, once nobody
   * uses it. @default never
   */
  readonly expiresAt?: number | undefined;
}

export type ImapCredentials = ImapPasswordCredentials | ImapTokenCredentials;

/** A function is asked on every open, so that what was rotated or refreshed takes effect. */
export type ImapCredentialsSource = ImapCredentials | ((context: OpenContext) => ImapCredentials | PromiseLike<ImapCredentials>);

/**
 * The messages name fields, never values.
 * @throws OptionsError
 */
export function checkCredentials(given: unknown): asserts given is ImapCredentials {
  if (typeof given !== 'object' || given === null) {
    throw new OptionsError(
      'credentials',
      'credentials must be an object with username and password, or username and accessToken, or a function that gives one',
    );
  }
  checkText(given, 'username');
  const secrets = (['password', 'accessToken'] as const).filter((name) => Reflect.get(given, name) !== undefined);
  const [secret = 'password', other] = secrets;
  if (other !== undefined) {
    throw new OptionsError('credentials.accessToken', 'credentials have password and accessToken: give one of them');
  }
  checkText(given, secret);
  if (Reflect.get(given, 'authorizeAs') !== undefined) checkText(given, 'authorizeAs');
  const expiresAt: unknown = Reflect.get(given, 'expiresAt');
  if (expiresAt !== undefined && (typeof expiresAt !== 'number' || Number.isNaN(expiresAt))) {
    throw new OptionsError(
      'credentials.expiresAt',
      `credentials.expiresAt must be a number of milliseconds since 1970, got ${String(expiresAt)}`,
    );
  }
}

function checkText(given: object, field: string): void {
  const value: unknown = Reflect.get(given, field);
  if (typeof value === 'string' && value !== '') return;
  const problem = value === '' ? 'is empty' : value === undefined ? 'is missing' : `is of type ${typeof value}`;
  throw new OptionsError(`credentials.${field}`, `credentials.${field} must be a string that is not empty; it ${problem}`);
}
