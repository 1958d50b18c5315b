import type { Socket } from 'node:net';

/** Where the socket leads, for messages. Asked for while it is connected: afterwards Node does not know. */
export function peerName(socket: Socket): string {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined) return 'a Unix socket';
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
}
