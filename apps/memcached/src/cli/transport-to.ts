import type { Connector } from '@pool/core';
import { tcp, type Wire } from '@pool/net';
import { InvalidArgumentError } from 'commander';

const defaultPort = 11211;

/** `host`, `host:port`, `[::1]:port`, or the path of a Unix socket. */
export function transportTo(text: string): Connector<Wire> {
  if (text.startsWith('/')) return tcp({ path: text });
  const url = URL.canParse(`tcp://${text}`) ? new URL(`tcp://${text}`) : undefined;
  if (url?.host !== text.toLowerCase() || url.hostname === '' || url.port === '0') {
    throw new InvalidArgumentError('It must be host:port, or the path of a Unix socket.');
  }
  // Node wants an IPv6 address without its brackets.
  return tcp({ host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || defaultPort) });
}
