import type { InitHook, OpenContext } from '@pool/core';
import type { Wire } from '@pool/net';
import { refuseUnknown } from '../../refuse-unknown.ts';
import { StartTlsRefusedError } from '../../starttls/errors.ts';
import { startTls } from '../../starttls/start-tls.ts';
import { type UpgradeOptions, upgradeOptions } from '../../starttls/start-tls-options.ts';
import { refuseEarlyBytes } from '../refuse-early-bytes.ts';
import { exchangeLdap } from './ldap-exchange.ts';
import { encodeExtendedRequest, extendedRequest } from './ldap-message.ts';

/** RFC 4511 section 4.14. */
const startTlsOid = '1.3.6.1.4.1.1466.20037';

/**
 * StartTLS of LDAP (RFC 4511 section 4.14): one extended operation, handshake. Uses message id 1.
 * @throws OptionsError; the hook throws as `startTls`'s does, and ProtocolError
 */
export function ldapStartTls(options: UpgradeOptions): InitHook<Wire> {
  refuseUnknown('ldapStartTls', options, upgradeOptions);
  const hook = startTls({ ...options, negotiate });
  async function ldapStartTls(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return ldapStartTls;
}

async function negotiate(wire: Wire, context: OpenContext): Promise<boolean> {
  const request = await encodeExtendedRequest(1, startTlsOid);
  refuseEarlyBytes(wire, 'StartTLS');
  const { resultCode } = await exchangeLdap(wire, context, request, { messageId: 1, request: extendedRequest });
  if (resultCode === 0) return true;
  throw new StartTlsRefusedError(`the LDAP server refused StartTLS with result ${resultCode} (RFC 4511 section 4.1.9)`);
}
