import type { InitHook, OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { authenticating, type LoginOptions, loginOptions } from '../../authentication/authenticate.ts';
import { AuthError, AuthUnavailableError } from '../../authentication/errors.ts';
import { refuseUnknown } from '../../refuse-unknown.ts';
import { exchangeLdap } from './ldap-exchange.ts';
import { bindRequest, encodeBindRequest } from './ldap-message.ts';

const messageId = 2;

/** timeLimitExceeded, adminLimitExceeded, busy, unavailable: nothing about the credentials (RFC 4511 appendix A). */
const unavailable: ReadonlySet<number> = new Set([3, 11, 51, 52]);

/** operationsError, protocolError, saslBindInProgress: it did not understand, and refused nobody. */
const outOfStep: ReadonlySet<number> = new Set([1, 2, 14]);

/**
 * Logs in to an LDAP server with a simple bind (RFC 4513 section 5.1.3): `username` is the distinguished name. Uses message id 2. Access tokens are refused: a simple bind has no
 * place for them.
 * @throws OptionsError; the hook throws AuthError | AuthUnavailableError | CleartextError | ProtocolError | `signal.reason`
 */
export function ldapLogin(options: LoginOptions): InitHook<Wire> {
  refuseUnknown('ldapLogin', options, loginOptions);
  const hook = authenticating(options, async (wire, credentials, context) => {
    if (!('password' in credentials)) throw new AuthError('LDAP cannot log in with an access token: give username and password');
    const request = await encodeBindRequest(messageId, credentials.username, credentials.password);
    if (wire.bufferedBytes > 0) {
      throw new ProtocolError(
        `the LDAP server sent ${wire.bufferedBytes} bytes before it was asked (bind): it and this side are out of step`,
      );
    }
    const { resultCode, diagnosticMessage } = await exchangeLdap(wire, context, request, { messageId, request: bindRequest });
    if (resultCode === 0) return;
    const problem = `with result ${resultCode} (RFC 4511 section 4.1.9)`;
    const received = { received: diagnosticMessage };
    if (outOfStep.has(resultCode)) throw new ProtocolError(`the LDAP server answered the bind ${problem}`, received);
    if (unavailable.has(resultCode))
      throw new AuthUnavailableError(`the LDAP server cannot log in anybody now: it answered ${problem}`, received);
    throw new AuthError(`the LDAP server refused the login ${problem}`, received);
  });
  async function ldapLogin(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return ldapLogin;
}
