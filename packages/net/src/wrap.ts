import type { Socket } from 'node:net';

/** Puts another socket on top of the one it is given (a TLS socket, say); resolves when that can be used. `signal` aborts when the wire gives up. */
export type Wrap = (socket: Socket, context: { readonly signal: AbortSignal }) => Socket | PromiseLike<Socket>;
