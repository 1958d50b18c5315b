import type { Connector } from '@pool/core';
import type { Wire } from '@pool/net';
import { version } from '../commands/version.ts';
import { owesAnswer } from './exchange.ts';

/** Connections to memcached over any transport: `memcached(tcp({ port: 11211 }))`, or over TLS or a Unix socket. */
export function memcached(transport: Connector<Wire>): Connector<Wire> {
  return {
    ...transport,
    isClean: (wire) => wire.clean && !owesAnswer(wire),
    ping: async (wire, { signal }) => {
      await version(wire, { signal });
    },
  };
}
