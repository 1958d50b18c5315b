import type { TLSSocket } from 'node:tls';
import { AlpnError } from '../errors.ts';
import type { Material } from './material.ts';
import { securedSockets } from './secured-sockets.ts';
import type { KeptSession } from './session-cache.ts';

/**
 * The handshake is done and Node has verified the peer: checks what Node leaves to its callers, and from here on the sessions of this socket are
 * kept.
 * @throws AlpnError | Error
 */
export function secured(socket: TLSSocket, material: Material, name: string, offered: KeptSession | undefined): void {
  const resumed = socket.isSessionReused();
  // What was checked before Node announced this socket is of no use to one that resumed: it may be another's, which was given up meanwhile.
  const checked = material.takeChecked();
  const verified = resumed ? offered : checked && { certificate: checked, verifiedAt: material.wall() };
  // Cannot be; and must not.
  if (!socket.authorized || verified === undefined) throw new Error('the certificate was not verified');
  checkAlpn(socket, material);
  const { certificate, verifiedAt } = verified;
  securedSockets.set(socket, { material, name, certificate, verifiedAt, resumed });
  socket.on('error', onError);
}

function checkAlpn(socket: TLSSocket, { protocols, requireAlpn, peer }: Material): void {
  if (protocols.length === 0) return;
  const chosen = socket.alpnProtocol || undefined;
  if (chosen === undefined ? !requireAlpn : protocols.includes(chosen)) return;
  const offer = protocols.join(', ');
  const what = chosen === undefined ? 'chose none of the protocols' : `chose '${chosen}', which is not among those`;
  const hint = chosen === undefined ? '. If it may know nothing of ALPN, set requireAlpn to false' : '';
  throw new AlpnError(`${peer} ${what} offered by ALPN (${offer})${hint}`, chosen);
}

/** For the event `session`. It comes after `secureConnect`; of a socket that was not verified nothing is known, and no session kept. */
export function keepSession(this: TLSSocket, session: Buffer): void {
  const known = securedSockets.get(this);
  known?.material.sessions.keep(known.name, session, known);
}

/** After the handshake: a refused client certificate (TLS 1.3 says so only then), a broken record. Node leaves such a socket open. */
function onError(this: TLSSocket, error: NodeJS.ErrnoException): void {
  if (isTlsError(error)) securedSockets.get(this)?.material.sessions.clear();
  this.destroy();
}

/** OpenSSL's, as Node names them. */
function isTlsError({ code }: NodeJS.ErrnoException): boolean {
  return code !== undefined && (/^ERR_(SSL|TLS|OSSL)/.test(code) || code === 'EPROTO');
}
