import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { resolveTcpOptions, type TcpOptions } from './tcp-options.ts';

/**
 * The socket factory: resolves with a connected socket. Names are asked anew on every call: neither Node nor this caches them.
 * The socket is paused, and its errors are caught (each is followed by `close`), so that it cannot end the process before somebody listens.
 * @throws OptionsError | Node's own error (`code` ECONNREFUSED, ENOTFOUND, ...) | `signal.reason`, the socket being destroyed
 */
export async function connectTcp(options: TcpOptions, context: { readonly signal: AbortSignal }): Promise<Socket> {
  return dial(resolveTcpOptions(options), context.signal);
}

/** `connectTcp` for options that are resolved already. */
export async function dial(options: TcpOptions, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    // Not with Node's `signal` option: it would destroy the socket also after it was handed out.
    const socket = connect(options as NetConnectOpts);
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect);
      socket.off('close', onClose);
    };
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    const onAbort = (): void => {
      settle();
      reject(signal.reason);
      socket.destroy();
    };
    const onClose = (): void => {
      settle();
      reject(explain(socket.errored ?? new Error('the socket was closed while it connected'), options));
    };
    signal.addEventListener('abort', onAbort);
    socket.on('connect', onConnect);
    socket.on('close', onClose);
    socket.on('error', ignore);
    // It may have aborted in `connect`, where Node calls a `lookup` of the caller's.
    if (signal.aborted) onAbort();
  });
}

function ignore(): void {}

/** When every address of a name fails, Node's error has a code but no message. */
function explain(error: Error, options: TcpOptions): Error {
  if (!(error instanceof AggregateError) || error.message !== '') return error;
  const tried = error.errors.map((attempt: NodeJS.ErrnoException & { readonly address?: string; readonly port?: number }) =>
    attempt.address === undefined ? attempt.message : `${attempt.address} port ${attempt.port} (${attempt.code})`,
  );
  const host = 'host' in options && options.host !== undefined ? options.host : 'localhost';
  error.message = `could not connect to ${host}, tried ${tried.join(', ')}`;
  return error;
}
