import type { Connector } from '@pool/core';
import { dial, plainSocket } from './connect-tcp.ts';
import { resolveTcpOptions, type TcpOptions } from './tcp-options.ts';
import type { Wire } from './wire.ts';
import { wireConnector } from './wire-connector.ts';

/**
 * Connections over TCP, or over a Unix socket, each as a `Wire`. Options are checked here, once.
 * @throws OptionsError
 */
export function tcp(options: TcpOptions): Connector<Wire> {
  const resolved = resolveTcpOptions(options);
  return wireConnector(({ signal }) => dial(resolved, signal, plainSocket));
}
