import type { Socket } from 'node:net';
import { connectTcp } from '@pool/net';
import { ProxyError } from '../errors.ts';
import { connectThroughHttp } from './connect-through-http.ts';
import { connectThroughSocks } from './connect-through-socks.ts';
import type { ProxyServer } from './proxy-server.ts';

/** Whom the proxy is to connect to. Names are the proxy's to look up. */
export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
  /** The address of this machine to connect from. */
  readonly localAddress: string | undefined;
}

export interface TunnelContext {
  /** Ends the attempt, and destroys the socket. */
  readonly signal: AbortSignal;
  /** About how long the signal takes: a limit of the SOCKS client's own. */
  readonly openTimeoutMs: number;
}

/**
 * A connected socket to the target, by way of the proxy, on which nobody has said anything yet.
 *
 * @throws ProxyError | `signal.reason`
 */
export async function openTunnel(proxy: ProxyServer, target: TunnelTarget, context: TunnelContext): Promise<Socket> {
  const { signal } = context;
  const socket = await reach(proxy, target.localAddress, signal);
  const onAbort = (): void => void socket.destroy();
  signal.addEventListener('abort', onAbort);
  try {
    if (proxy.protocol === 'http:') await connectThroughHttp(socket, proxy, target);
    else await connectThroughSocks(socket, proxy, target, context.openTimeoutMs);
    signal.throwIfAborted();
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function reach({ host, port, url }: ProxyServer, localAddress: string | undefined, signal: AbortSignal): Promise<Socket> {
  try {
    return await connectTcp(localAddress === undefined ? { host, port } : { host, port, localAddress }, { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const why = error instanceof Error ? error.message : String(error);
    throw new ProxyError('HTTP_PROXY_LOST', `the proxy ${url} could not be reached: ${why}`, { cause: error });
  }
}
