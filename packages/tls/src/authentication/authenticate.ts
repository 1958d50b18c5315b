import { type Clock, type InitHook, type OpenContext, OptionsError, systemClock } from '@pool/core';
import type { Wire } from '@pool/net';
import { refuseUnknown } from '../refuse-unknown.ts';
import { CleartextError } from '../starttls/errors.ts';
import { type Credentials, type CredentialsSource, checkCredentials } from './credentials.ts';
import { RefusedCredentials } from './refused-credentials.ts';

export interface LoginOptions {
  /** Checked when the hook is made, or each time the function is asked, which is on every open. */
  readonly credentials: CredentialsSource;
  /** Send them over a connection that is not encrypted, too, for everybody on the way to read. @default false: the open fails with CleartextError */
  readonly allowCleartext?: boolean | undefined;
  /**
   * Credentials that a function gave and the server refused are not sent again before so long, unless the function gives others: servers
   * lock accounts. Milliseconds from 0 up; Infinity means never. @default 600_000
   */
  readonly resendRefusedAfterMs?: number | undefined;
  /** Measures that. @default the system's clock */
  readonly clock?: Clock | undefined;
}

export interface AuthenticateOptions extends LoginOptions {
  /**
   * Say the protocol's words. Throw AuthError when the server refuses the credentials, AuthUnavailableError when it cannot log in anybody now.
   * Pass `context.signal` to each read and write.
   */
  readonly exchange: (wire: Wire, credentials: Credentials, context: OpenContext) => void | PromiseLike<void>;
}

/** Those of LoginOptions, for hooks that take more. */
export const loginOptions = ['credentials', 'allowCleartext', 'resendRefusedAfterMs', 'clock'] as const;

/**
 * An init hook that logs in. Over a connection that is not encrypted it throws CleartextError before it asks for credentials.
 *
 * After a refused login the pool opens nothing until `recycle()` or `resume()` when the credentials are fixed; when a function gives them it
 * is asked again, with the pool's backoff, and what was refused is not sent again for `resendRefusedAfterMs`.
 * @throws OptionsError
 */
export function authenticate(options: AuthenticateOptions): InitHook<Wire> {
  refuseUnknown('authenticate', options, [...loginOptions, 'exchange']);
  const { exchange, ...login } = options;
  return authenticating(login, exchange);
}

/** As `authenticate`, for the hooks of this package, which have checked the names of their options. */
export function authenticating(login: LoginOptions, exchange: AuthenticateOptions['exchange']): InitHook<Wire> {
  const { credentials: source, allowCleartext = false, resendRefusedAfterMs = 600_000, clock = systemClock } = login;
  if (typeof allowCleartext !== 'boolean') {
    throw new OptionsError('allowCleartext', `allowCleartext must be true or false, got ${String(allowCleartext)}`);
  }
  if (!(typeof resendRefusedAfterMs === 'number' && resendRefusedAfterMs >= 0)) {
    throw new OptionsError(
      'resendRefusedAfterMs',
      `resendRefusedAfterMs must be from 0 milliseconds up, got ${String(resendRefusedAfterMs)}`,
    );
  }
  if (typeof exchange !== 'function') throw new OptionsError('exchange', `exchange must be a function, got ${typeof exchange}`);
  const give = giver(source);
  // Those given once are refused once: the pool stops by itself.
  const refused = typeof source === 'function' ? new RefusedCredentials(clock, resendRefusedAfterMs) : undefined;

  async function authenticate(wire: Wire, context: OpenContext): Promise<void> {
    if (!wire.secure && !allowCleartext) {
      throw new CleartextError(
        'the connection is not encrypted, so the credentials were not sent: put startTls() before, or connect with tls(). allowCleartext would send them all the same',
      );
    }
    const credentials = await give(context);
    context.signal.throwIfAborted();
    refused?.check(credentials);
    try {
      await exchange(wire, credentials, context);
    } catch (error) {
      throw refused?.remember(credentials, error) ?? error;
    }
  }
  return authenticate;
}

function giver(source: CredentialsSource): (context: OpenContext) => Credentials | PromiseLike<Credentials> {
  if (typeof source === 'function') return async (context) => checkCredentials(await source(context));
  const credentials = checkCredentials(source);
  return () => credentials;
}
