import { TLSSocket } from 'node:tls';

const { getPeerCertificate } = TLSSocket.prototype;

/**
 * Until it is undone, the socket gives the server's own certificate alone. Node asks for the whole chain to check the name, which makes objects of
 * each certificate in it, a sixth of a full handshake; its check looks at the first.
 */
export function askForLeaf(socket: TLSSocket): void {
  Reflect.set(socket, 'getPeerCertificate', leafAlone);
}

export function undoAskForLeaf(socket: TLSSocket): void {
  // Not deleted: the object would be slow, and larger, from then on.
  if (Reflect.get(socket, 'getPeerCertificate') === leafAlone) Reflect.set(socket, 'getPeerCertificate', getPeerCertificate);
}

function leafAlone(this: TLSSocket): ReturnType<typeof getPeerCertificate> {
  return getPeerCertificate.call(this, false);
}
