import type { Socket } from 'node:net';
import type { Connector, OpenContext } from '@pool/core';
import { isSocketError } from './is-socket-error.ts';
import { Wire } from './wire.ts';

/**
 * A connector of wires over whatever socket factory: what `tcp` is made of. Spread it to add the words of your protocol:
 * `{ ...wireConnector(open), ping: async (wire, { signal }) => { ... } }`.
 *
 * Idle wires are guarded and do not keep the process alive; `close` says FIN and waits for the peer's, or destroys when the
 * connection is in no state for that.
 */
export function wireConnector(openSocket: (context: OpenContext) => Socket | PromiseLike<Socket>): Connector<Wire> {
  return {
    open: async (context) => new Wire(await openSocket(context)),
    close: (wire, { graceful, signal }) => {
      if (!graceful) wire.destroy();
      return wire.close({ signal });
    },
    destroy: (wire) => wire.destroy(),
    isAlive: (wire) => wire.alive,
    isClean: (wire) => wire.clean,
    watch: (wire, onBroken) => wire.onBroken(onBroken),
    onIdle: (wire) => wire.guard(),
    onLend: (wire) => wire.unguard(),
    brokenBy: [isSocketError],
  };
}
