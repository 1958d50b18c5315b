import type { Socket } from 'node:net';
import { ProxyError } from '../errors.ts';
import type { TunnelTarget } from './open-tunnel.ts';
import type { ProxyServer } from './proxy-server.ts';

/** A timer fires at once beyond 2³¹ − 1 milliseconds. */
const longestTimeoutMs = 2_147_483_647;

/**
 * Asks for a connection in SOCKS 5 (RFC 1928, RFC 1929) or 4a. The library is loaded when it is first needed.
 *
 * @throws ProxyError
 */
export async function connectThroughSocks(
  socket: Socket,
  proxy: ProxyServer,
  { host, port }: TunnelTarget,
  openTimeoutMs: number,
): Promise<void> {
  const { SocksClient } = await import('socks');
  const { username, password } = proxy.credentials ?? {};
  try {
    await SocksClient.createConnection({
      command: 'connect',
      existing_socket: socket,
      destination: { host, port },
      proxy: {
        host: proxy.host,
        port: proxy.port,
        type: proxy.protocol === 'socks5:' ? 5 : 4,
        ...(username === undefined ? {} : { userId: username }),
        ...(password === undefined ? {} : { password }),
      },
      // Its timer is never cleared and holds what it knows until it fires: not longer than need be, yet well past the limit of the open,
      // which is the pool's to keep and to name. As short as that one it rang first now and then.
      timeout: Math.min(openTimeoutMs * 2, longestTimeoutMs),
    });
  } catch (error) {
    throw explain(proxy, `${host}:${port}`, socket, error);
  }
  const excess = await bytesBehind(socket);
  if (excess > 0) {
    throw new ProxyError(
      'HTTP_PROXY_PROTOCOL',
      `the proxy ${proxy.url} sent ${excess} bytes behind its answer, before anything was asked of ${host}:${port}`,
    );
  }
  if (socket.destroyed) throw lost(proxy, `${host}:${port}`, socket);
}

/**
 * The library gives back what it has read too much as `data`, and has the socket flow, one turn after its answer. The socket is paused
 * again after that turn.
 */
function bytesBehind(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    let excess = 0;
    const count = (chunk: Buffer): void => {
      excess += chunk.length;
    };
    socket.on('data', count);
    socket.pause();
    setImmediate(() => {
      socket.pause();
      socket.off('data', count);
      resolve(excess);
    });
  });
}

/** Not with the library's error as its cause: that one holds the credentials. */
function explain(proxy: ProxyServer, target: string, socket: Socket, error: unknown): ProxyError {
  const why = error instanceof Error ? error.message : String(error);
  if (/authentication/i.test(why)) {
    const what = proxy.credentials === undefined ? 'wants credentials: give them in its URL' : 'refused the credentials';
    return new ProxyError('HTTP_PROXY_AUTH', `the proxy ${proxy.url} ${what} (${why})`);
  }
  if (/rejected connection/i.test(why)) {
    return new ProxyError('HTTP_PROXY_REFUSED', `the proxy ${proxy.url} did not connect to ${target}: ${why}`);
  }
  if (socket.errored || /^Socket closed$/.test(why)) return lost(proxy, target, socket);
  return new ProxyError('HTTP_PROXY_PROTOCOL', `the proxy ${proxy.url} answered with something that is no SOCKS: ${why}`);
}

function lost({ url }: ProxyServer, target: string, { errored }: Socket): ProxyError {
  const why = errored?.message ?? 'the proxy closed it';
  return new ProxyError(
    'HTTP_PROXY_LOST',
    `the connection to the proxy ${url} was lost before it had connected to ${target}: ${why}`,
    errored ? { cause: errored } : {},
  );
}
