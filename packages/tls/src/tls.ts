import { type Connector, OptionsError } from '@pool/core';
import { type Wire, wireConnector } from '@pool/net';
import { isTlsClient, type TlsClient, tlsClient } from './client/tls-client.ts';
import type { TlsOptions } from './tls-options.ts';
import { withRotation } from './with-rotation.ts';

/**
 * Connections over TLS from the first byte, each as a `Wire`. They resume each other's sessions, are replaced on `rotate()` of the client, and
 * are closed when the server's certificate has expired.
 * @throws OptionsError
 */
export function tls(options: TlsOptions | TlsClient): Connector<Wire> {
  if (!isTlsClient(options) && options.port === undefined) {
    throw new OptionsError('port', 'port is missing: tls() connects by itself');
  }
  const client = isTlsClient(options) ? options : tlsClient(options);
  return withRotation(
    wireConnector(({ signal }) => client.connect({ signal })),
    client,
  );
}
