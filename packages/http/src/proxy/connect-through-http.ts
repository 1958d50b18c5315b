import { isIP, type Socket } from 'node:net';
import { Client } from 'undici/index.js';
import { ProxyError } from '../errors.ts';
import { isProtocolError } from '../exchange/outcome-of.ts';
import type { TunnelTarget } from './open-tunnel.ts';
import type { ProxyServer } from './proxy-server.ts';

/**
 * Asks for a tunnel with CONNECT (RFC 9110 §9.3.6). The engine reads the answer: strictly, and no more than its limit of headers.
 *
 * @throws ProxyError
 */
export async function connectThroughHttp(socket: Socket, proxy: ProxyServer, { host, port }: TunnelTarget): Promise<void> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const { authorization } = proxy;
  const engine = new Client(proxy.url, {
    pipelining: 1,
    // The open has one limit, for all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Once, and never with an error of the engine's own: it would ask again at once, for ever.
    connect: (_, callback) =>
      queueMicrotask(() =>
        socket.destroyed ? callback(new Error('the proxy closed the connection'), null) : callback(null, socket),
      ),
  });
  let status: number;
  try {
    const headers = { host: authority, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) };
    status = (await engine.connect({ path: authority, headers })).statusCode;
  } catch (error) {
    throw lost(proxy, authority, error);
  } finally {
    // It has let go of the socket, or the socket is of no use.
    engine.destroy().catch(() => {});
  }
  if (status < 200 || status > 299) throw refused(proxy, authority, status);
  if (socket.readableLength > 0) {
    // The origin speaks second; these bytes were not asked for, and would be taken for its answer, or for its handshake.
    throw new ProxyError(
      'HTTP_PROXY_PROTOCOL',
      `the proxy ${proxy.url} sent ${socket.readableLength} bytes behind its answer to CONNECT ${authority}, before anything was asked of the origin`,
    );
  }
}

function refused({ url, authorization }: ProxyServer, authority: string, status: number): ProxyError {
  if (status !== 407) {
    return new ProxyError('HTTP_PROXY_REFUSED', `the proxy ${url} answered CONNECT ${authority} with ${status}`, { status });
  }
  const what = authorization === undefined ? 'wants credentials: give them in its URL' : 'refused the credentials';
  return new ProxyError('HTTP_PROXY_AUTH', `the proxy ${url} ${what} (407)`, { status });
}

function lost({ url }: ProxyServer, authority: string, error: unknown): ProxyError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = error instanceof Error ? error.message || code : String(error);
  // The engine's error of the parser holds what was received: it may repeat the request, credentials and all.
  return isProtocolError(error)
    ? new ProxyError(
        'HTTP_PROXY_PROTOCOL',
        `the proxy ${url} answered CONNECT ${authority} with something that is no HTTP/1.1: ${why}`,
      )
    : new ProxyError(
        'HTTP_PROXY_LOST',
        `the connection to the proxy ${url} was lost before it answered CONNECT ${authority}: ${why}`,
        {
          cause: error,
        },
      );
}
