import type { InitHook, OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { refuseUnknown } from '../../refuse-unknown.ts';
import { StartTlsRefusedError } from '../../starttls/errors.ts';
import { startTls } from '../../starttls/start-tls.ts';
import { type UpgradeOptions, upgradeOptions } from '../../starttls/start-tls-options.ts';
import { refuseEarlyBytes } from '../refuse-early-bytes.ts';

/** Length 8, code 80877103: SSLRequest, in "Message Formats" of PostgreSQL's documentation. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * The upgrade of PostgreSQL: SSLRequest, a single byte, handshake. What is behind that byte is refused (CVE-2021-23222). The
 * startup message and the login are the client's.
 * @throws OptionsError; the hook throws as `startTls`'s does, and ProtocolError
 */
export function postgresStartTls(options: UpgradeOptions): InitHook<Wire> {
  refuseUnknown('postgresStartTls', options, upgradeOptions);
  const hook = startTls({ ...options, negotiate });
  async function postgresStartTls(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return postgresStartTls;
}

async function negotiate(wire: Wire, { signal }: OpenContext): Promise<boolean> {
  refuseEarlyBytes(wire, 'SSLRequest');
  await wire.write(sslRequest, { signal });
  const answer = (await wire.read(1, { signal })).toString('latin1');
  if (answer === 'S') return true;
  if (answer === 'N') throw new StartTlsRefusedError('the PostgreSQL server does not do TLS, or somebody in between says so');
  // An E and an error message from a server of before 7.0, or from somebody else: nobody is authenticated, so it is not shown (CVE-2024-10977).
  throw new ProtocolError('the server answered SSLRequest with something else than S or N: it is no PostgreSQL server');
}
