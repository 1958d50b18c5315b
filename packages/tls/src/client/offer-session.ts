import { TLSSocket } from 'node:tls';

/** Not in Node's documentation, but in every Node: `tls.connect` calls it. */
const setSession: unknown = Reflect.get(TLSSocket.prototype, 'setSession');

/** Can a session be offered on a socket that `tls.connect` has returned? */
export const canOfferLater: boolean = typeof setSession === 'function';

/**
 * When it has connected: since Node 22 a second address is tried without what was offered to the first. Still before the handshake, since
 * whoever is prepended is told before Node is. `tls.connect` parses a session twice that is among its options, which takes a third of the time of a resumed handshake; and
 * keeps it on the socket, where loggers find it.
 */
export function offerSession(socket: TLSSocket, session: Buffer): void {
  if (typeof setSession !== 'function') return;
  socket.prependOnceListener('connect', () => setSession.call(socket, session));
}
