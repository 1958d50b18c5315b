import type { Duplex } from 'node:stream';
import { connectTcp } from '@pool/net';
import type { TlsClient } from '@pool/tls';
import type { ResolvedOrigin } from './origin.ts';

/** A connected socket to this origin, and secured when it is an https: one: the one place that knows how. */
export async function openSocket(
  origin: ResolvedOrigin,
  client: TlsClient | undefined,
  context: { readonly signal: AbortSignal },
): Promise<Duplex> {
  const { socketPath, localAddress, host, port } = origin;
  if (socketPath !== undefined) {
    const socket = await connectTcp({ path: socketPath }, context);
    return client === undefined ? socket : client.secure(socket, context);
  }
  if (client !== undefined) return client.connect(context);
  return connectTcp(localAddress === undefined ? { host, port } : { host, port, localAddress }, context);
}
