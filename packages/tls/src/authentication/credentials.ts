import { type OpenContext, OptionsError } from '@pool/core';

export interface PasswordCredentials {
  /** Not empty. For LDAP: the distinguished name. */
  readonly username: string;
  /** Not empty. */
  readonly password: string;
}

/** OAuth 2.0, as large mail providers want it. */
export interface TokenCredentials {
  readonly username: string;
  /** The bearer token itself, without `Bearer`. */
  readonly accessToken: string;
}

export type Credentials = PasswordCredentials | TokenCredentials;

/** A function is asked on every open, so that what was rotated or refreshed takes effect. */
export type CredentialsSource = Credentials | ((context: OpenContext) => Credentials | PromiseLike<Credentials>);

/**
 * A copy of what the login needs, checked. The messages name fields, never values.
 * @throws OptionsError
 */
export function checkCredentials(given: unknown): Credentials {
  if (typeof given !== 'object' || given === null) {
    throw new OptionsError(
      'credentials',
      'credentials must be an object with username and password, or username and accessToken',
    );
  }
  const username = text(given, 'username');
  if ('accessToken' in given && given.accessToken !== undefined) {
    if ('password' in given && given.password !== undefined) {
      throw new OptionsError('credentials.accessToken', 'credentials have password and accessToken: give one of them');
    }
    return { username, accessToken: text(given, 'accessToken') };
  }
  // An empty one above all: an LDAP server takes a bind without a password for an anonymous one, and says yes (RFC 4513 section 5.1.2).
  return { username, password: text(given, 'password') };
}

function text(given: object, field: string): string {
  const value: unknown = Reflect.get(given, field);
  if (typeof value === 'string' && value !== '') return value;
  const problem = value === '' ? 'is empty' : value === undefined ? 'is missing' : `is of type ${typeof value}`;
  throw new OptionsError(`credentials.${field}`, `credentials.${field} must be a string that is not empty; it ${problem}`);
}
