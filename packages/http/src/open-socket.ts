import type { Duplex } from 'node:stream';
import { connectTcp } from '@pool/net';
import type { TlsClient } from '@pool/tls';
import { DirectSocket } from './connection/direct-socket.ts';
import type { ResolvedOrigin } from './origin.ts';
import { openTunnel, type TunnelContext } from './proxy/open-tunnel.ts';

const { bun, deno } = process.versions;
/** Bun and Deno have `onread`, too, but Bun keeps to itself what is pushed after it, and TLS over such a socket reads nothing on Deno. */
const directly = bun === undefined && deno === undefined ? { connect: DirectSocket.connect } : {};

/** A connected socket to this origin, and secured when it is an https: one: the one place that knows how. */
export async function openSocket(origin: ResolvedOrigin, client: TlsClient | undefined, context: TunnelContext): Promise<Duplex> {
  const { socketPath, localAddress, host, port, way } = origin;
  if (way !== undefined) {
    const tunnel = await openTunnel(way, origin, context);
    return client === undefined ? tunnel : client.secure(tunnel, context);
  }
  if (client !== undefined) {
    return socketPath === undefined
      ? client.connect(context)
      : client.secure(await connectTcp({ path: socketPath }, context), context);
  }
  const target = socketPath !== undefined ? { path: socketPath } : { host, port, ...(localAddress && { localAddress }) };
  return connectTcp(target, { signal: context.signal, ...directly });
}
