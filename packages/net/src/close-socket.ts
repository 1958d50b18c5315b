import type { Socket } from 'node:net';

/** FIN after what is written, and resolves when the peer has said FIN, too. Destroyed when the signal aborts. Somebody must keep it flowing. */
export async function closeSocket(socket: Socket, signal: AbortSignal | undefined): Promise<void> {
  if (socket.closed) return;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const destroy = (): void => {
    socket.destroy();
  };
  signal?.addEventListener('abort', destroy);
  if (signal?.aborted === true) destroy();
  // An unref'd one would let the process end before its goodbye.
  socket.ref();
  if (!socket.destroyed) socket.end();
  await closed;
  signal?.removeEventListener('abort', destroy);
}
