import type { Socket } from 'node:net';
import { Wait, type WaitOwner } from './wait.ts';
import type { WireOptions } from './wire-options.ts';

/** The writes the socket has not taken yet. */
export class Outbox {
  readonly #owner: WaitOwner;
  /** Oldest first; undefined for one nobody waits for. */
  #writes: (Wait<void> | undefined)[] = [];

  constructor(owner: WaitOwner) {
    this.#owner = owner;
  }

  /** Does anything wait to be taken, whether or not somebody waits for that? */
  get pending(): boolean {
    return this.#writes.length > 0;
  }

  /** Undefined when the operating system took all of it at once, which is the usual case; else resolves when it has. */
  write(socket: Socket, data: string | Uint8Array, options: WireOptions): Promise<void> | undefined {
    socket.write(data, this.#onWritten);
    if (socket.writableLength === 0) {
      // The callback comes later all the same, and must find that nobody waits.
      this.#writes.push(undefined);
      return undefined;
    }
    const wait = new Wait<void>('write', options, this.#owner);
    this.#writes.push(wait);
    return wait.promise;
  }

  fail(error: unknown): void {
    const writes = this.#writes;
    this.#writes = [];
    for (const write of writes) write?.fail(error);
  }

  // One for all writes, since the socket takes them in order. Why one failed comes as the socket's error, which fails all that are left.
  readonly #onWritten = (error?: Error | null): void => {
    if (error == null) this.#writes.shift()?.succeed();
  };
}
