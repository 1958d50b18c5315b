import type { Socket } from 'node:net';

/** Who gets what happens on the socket. */
export interface FeedReceiver {
  onBytes(chunk: Buffer): void;
  /** Once: nothing more will come. `cause` is the socket's error, if that is what ended it. */
  onEnded(what: string, cause?: Error): void;
}

/**
 * The events of one socket. It keeps the socket flowing, because a paused one misses "data, then FIN", which is how servers
 * say goodbye; whoever receives pauses it when he has enough.
 */
export class SocketFeed {
  readonly socket: Socket;
  readonly #receiver: FeedReceiver;
  #paused = false;
  #ended = false;

  constructor(socket: Socket, receiver: FeedReceiver) {
    this.socket = socket;
    this.#receiver = receiver;
  }

  start(): void {
    const { socket } = this;
    // Never taken off: without a listener a reset would end the process, also while a TLS socket sits on top.
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
    socket.on('end', this.#onEnd);
    // Its events are past, and will not come again.
    if (socket.readableEnded) this.#onEnd();
    else if (socket.destroyed) this.#end('the socket was closed', socket.errored ?? undefined);
    else {
      socket.on('data', this.#onData);
      socket.resume();
    }
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  /**
   * Stop reading, for another reader to go on; its end is told still. Paused first: a flowing socket without a reader drops what comes.
   * `pause` above would do nothing on a feed that is paused already, and must not be undone by `resume`.
   */
  stopReading(): void {
    this.#paused = false;
    this.socket.pause();
    this.socket.off('data', this.#onData);
    this.socket.off('end', this.#onEnd);
  }

  /** Hear nothing more of it. Its errors are still caught. */
  detach(): void {
    this.#ended = true;
    this.socket.off('data', this.#onData);
    this.socket.off('end', this.#onEnd);
    this.socket.off('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#receiver.onBytes(chunk);
  };

  readonly #onEnd = (): void => {
    this.#end('the peer closed the connection');
  };

  readonly #onError = (error: Error): void => {
    this.#end('the connection was lost', error);
  };

  readonly #onClose = (): void => {
    this.#end('the socket was closed');
  };

  #end(what: string, cause?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#receiver.onEnded(what, cause);
  }
}
