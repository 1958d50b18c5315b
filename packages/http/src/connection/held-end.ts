import type { Duplex } from 'node:stream';

/**
 * Keeps the end of a socket from the engine while that takes nothing, because its caller reads slowly. Met then, an end is taken for one in
 * the midst of a response, although the last bytes are in the engine's hands: it loses the response, or throws where nobody can catch
 * (undici 7.30, `onHttpSocketEnd`).
 */
export class HeldEnd {
  readonly #socket: Duplex;
  #resume: (() => void) | undefined = undefined;
  #isWatching = false;
  #isHeld = false;
  #hasEnded = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** The engine takes nothing from here on, until it resumes. */
  hold(): void {
    if (!this.#isWatching) this.#watch();
    this.#isHeld = true;
  }

  /** The engine's way to resume, which is one for all responses on a socket; it is told of the end when it has taken everything. */
  resumeBy(resume: () => void): () => void {
    this.#resume ??= () => {
      this.#isHeld = false;
      resume();
      if (this.#isHeld || !this.#hasEnded) return;
      this.#hasEnded = false;
      this.#socket.push(null);
    };
    return this.#resume;
  }

  #watch(): void {
    const socket = this.#socket;
    const { push, destroy } = socket;
    this.#isWatching = true;
    socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (chunk !== null || !this.#isHeld) return push.call(socket, chunk, encoding);
      this.#hasEnded = true;
      return false;
    };
    // A reset loses what had not been read. By its own code the engine takes it for an end, too (`onHttpSocketError`).
    socket.destroy = (error?: Error): Duplex =>
      destroy.call(socket, this.#isHeld && error !== undefined ? renamed(error) : error);
  }
}

function renamed(error: Error): Error {
  return 'code' in error && error.code === 'ECONNRESET' ? new Error(error.message, { cause: error }) : error;
}
