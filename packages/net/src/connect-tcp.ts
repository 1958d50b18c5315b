import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { resolveTcpOptions, type TcpOptions } from './tcp-options.ts';

export interface ConnectContext<S extends Socket = Socket> {
  /** Ends the attempt, and destroys the socket. */
  readonly signal: AbortSignal;
  /** Makes the socket and has it connect; for those that are more than a plain one (`tls.connect`). @default net.connect */
  readonly connect?: (options: TcpOptions) => S;
}

/**
 * The socket factory: resolves with a connected socket. Names are asked anew on every call: neither Node nor this caches them.
 * The socket is paused, and its errors are caught (each is followed by `close`), so that it cannot end the process before somebody listens.
 * @throws OptionsError | Node's own error (`code` ECONNREFUSED, ENOTFOUND, ...) | `signal.reason`, the socket being destroyed
 */
export async function connectTcp<S extends Socket = Socket>(options: TcpOptions, context: ConnectContext<S>): Promise<S> {
  const connect = context.connect ?? (plainSocket as (options: TcpOptions) => S);
  return dial(resolveTcpOptions(options), context.signal, connect);
}

/** `connectTcp` for options that are resolved already. */
export async function dial<S extends Socket>(
  options: TcpOptions,
  signal: AbortSignal,
  connect: (options: TcpOptions) => S,
): Promise<S> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    // Not with Node's `signal` option: it would destroy the socket also after it was handed out.
    const socket = connect(options);
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect);
      socket.off('close', onClose);
    };
    const onConnect = (): void => {
      settle();
      applyOptions(socket, options);
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

export function plainSocket(options: TcpOptions): Socket {
  return connect(options as NetConnectOpts);
}

/** `net.connect` has done so, and this does nothing then; `tls.connect` ignores these options. */
function applyOptions(socket: Socket, options: TcpOptions): void {
  if ('path' in options) return;
  socket.setNoDelay(options.noDelay);
  socket.setKeepAlive(options.keepAlive, options.keepAliveInitialDelay);
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
