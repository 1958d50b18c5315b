import type { Duplex } from 'node:stream';

/**
 * Keeps the end of a socket from the engine while that takes nothing, because its caller reads slowly. Met then, an end is taken for one in
 * the midst of a response, although the last bytes are in the engine's hands: it loses the response, or throws where nobody can catch
 * (undici 7.30, `onHttpSocketEnd`).
 */
export class HeldEnd {
  readonly #socket: Duplex;
  #isHeld = false;
  #hasEnded = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
    const { push, destroy } = socket;
    socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (chunk !== null || !this.#isHeld) return push.call(socket, chunk, encoding);
      this.#hasEnded = true;
      return false;
    };
    // A reset loses what had not been read. By its own code the engine takes it for an end, too (`onHttpSocketError`).
    socket.destroy = (error?: Error): Duplex =>
      destroy.call(socket, this.#isHeld && error !== undefined ? renamed(error) : error);
  }

  hold(): void {
    this.#isHeld = true;
  }

  /** The engine goes on, and is told of the end when it has taken everything. */
  letGo(goOn: () => void): void {
    this.#isHeld = false;
    goOn();
    if (this.#isHeld || !this.#hasEnded) return;
    this.#hasEnded = false;
    this.#socket.push(null);
  }
}

function renamed(error: Error): Error {
  return 'code' in error && error.code === 'ECONNRESET' ? new Error(error.message, { cause: error }) : error;
}
