import type { Duplex } from 'node:stream';

/**
 * Watches a socket that nobody reads yet: a byte nobody asked for (a server's 408, say), FIN, an error or the end is told once, when it
 * happens. It has to be read for that: Node does not see the FIN behind bytes that nobody takes.
 * Returns the way to stop watching; the socket is left as it was.
 */
export function guardIdle(socket: Duplex, onBroken: (error: Error) => void): () => void {
  const stop = (): void => {
    socket.off('readable', onReadable);
    socket.off('end', onEnd);
    socket.off('close', onClose);
  };
  const broken = (what: string): void => {
    stop();
    onBroken(socket.errored ?? new Error(what));
  };
  const onReadable = (): void => {
    // At the end of the stream there is nothing to read, and only reading lets `end` come.
    if (socket.read() !== null) broken('the server sent bytes that nobody asked for');
  };
  const onEnd = (): void => broken('the server closed the connection');
  const onClose = (): void => broken('the connection was closed');
  socket.on('readable', onReadable);
  socket.on('end', onEnd);
  socket.on('close', onClose);
  return stop;
}
