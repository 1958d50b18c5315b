import type { Socket } from 'node:net';
import type { Lease } from '@pool/core';

/** A socket that requests of node:http take turns on. It may still be connecting: they know how to wait for that, and to show it. */
export class AgentConnection {
  readonly socket: Socket;
  /** Requests that were given to it. */
  uses = 0;
  /** While a request has it. */
  lease: Lease<AgentConnection> | undefined = undefined;
  /** Not to be lent from then on: the server said so. */
  idleUntil: number = Infinity;
  #onBroken: ((error: Error) => void) | undefined = undefined;
  #isGuarded = false;
  #bytesAtRest = -1;

  constructor(socket: Socket) {
    this.socket = socket;
    // Whoever has the socket listens, too; without this, an error between two requests would end the process.
    socket.on('error', ignore);
  }

  get isIdle(): boolean {
    return this.lease === undefined;
  }

  isAlive(now: number): boolean {
    const { socket } = this;
    if (socket.destroyed || !socket.writable) return false;
    // In use, or just back: only bytes that came since say something.
    if (this.#bytesAtRest >= 0 && socket.bytesRead !== this.#bytesAtRest) return false;
    return now < this.idleUntil;
  }

  /** Its request is over. What comes from now on was asked for by nobody. */
  rest(): void {
    // TLS has messages of its own to read (new session tickets).
    if ('encrypted' in this.socket) this.guard();
    else this.#bytesAtRest = this.socket.bytesRead;
  }

  watch(onBroken: (error: Error) => void): () => void {
    this.#onBroken = onBroken;
    return () => {
      this.#onBroken = undefined;
    };
  }

  broke(error: Error): void {
    this.#onBroken?.(error);
  }

  /** Idle: any byte, FIN or error is its end, seen when it happens. It does not keep the process alive. */
  guard(): void {
    if (this.#isGuarded) return;
    this.#isGuarded = true;
    const { socket } = this;
    if (socket.timeout) socket.setTimeout(0);
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.unref();
  }

  /** A request gets it. */
  unguard(): void {
    this.#bytesAtRest = -1;
    if (!this.#isGuarded) return;
    this.#isGuarded = false;
    const { socket } = this;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.ref();
  }

  readonly #onData = (): void => this.#end('the server sent bytes that nobody asked for');
  readonly #onEnd = (): void => this.#end('the server closed the connection');

  #end(what: string): void {
    this.broke(new Error(what));
    this.socket.destroy();
  }
}

function ignore(): void {}
