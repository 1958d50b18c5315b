import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { listenOnFreePort } from './free-port.ts';

/** Where to connect to: the options of `net.connect`. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Listens on a Unix socket at `path`, or on a free port of 127.0.0.1. */
export async function listen(server: Server, path: string | undefined): Promise<Address> {
  if (path === undefined) return { host: '127.0.0.1', port: await listenOnFreePort(server) };
  server.listen({ path });
  await once(server, 'listening');
  return { path };
}

/** A socket to it that stays half open when the peer ends, and whose errors do no harm. */
export function connectTo(address: Address): Socket {
  return connect({ ...address, allowHalfOpen: true, noDelay: true }).on('error', () => {});
}

/** RST where the transport has one; a Unix socket can only be destroyed. */
export function reset(socket: Socket): void {
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
