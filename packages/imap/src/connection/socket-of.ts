import { Socket } from 'node:net';
import type { ImapFlow } from 'imapflow';

/** The socket a client runs on, for what imapflow offers no way to do; undefined when it has none, or none of Node's. */
export function socketOf(client: ImapFlow): Socket | undefined {
  const socket: unknown = Reflect.get(client, 'socket');
  return socket instanceof Socket ? socket : undefined;
}
