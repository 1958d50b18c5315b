import { connect, type Socket } from 'node:net';

/** Where to connect to. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Why it does not work, where no error of the system says it. */
export class RawConnectionError extends Error {}

interface Exchange {
  readonly isWhole: (received: string) => boolean;
  readonly resolve: (received: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One socket with what every careful client of a pool would do around it: limits for connecting and for answers, and an ear for
 * its end. What the peer says unasked ends it.
 */
export class RawConnection {
  readonly #socket: Socket;
  #received = '';
  #exchange: Exchange | undefined = undefined;
  #onGone: (error: Error) => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    socket.on('error', (error) => this.#gone(error));
    socket.on('end', () => this.#gone(new RawConnectionError('the peer has closed the connection')));
    socket.on('close', () => this.#gone(new RawConnectionError('the connection is closed')));
  }

  /** @throws Node's own error, or one that says that it took longer than `timeoutMs` */
  static connect(target: Target, timeoutMs: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...target, noDelay: true, keepAlive: true });
      const limit = setTimeout(() => socket.destroy(new RawConnectionError(`not connected within ${timeoutMs} ms`)), timeoutMs);
      const onClose = (): void => {
        clearTimeout(limit);
        reject(socket.errored ?? new RawConnectionError('closed while it connected'));
      };
      socket.on('error', () => {});
      socket.once('close', onClose);
      socket.once('connect', () => {
        clearTimeout(limit);
        socket.off('close', onClose);
        resolve(new RawConnection(socket));
      });
    });
  }

  get alive(): boolean {
    return !this.#socket.destroyed && this.#socket.readable && this.#socket.writable;
  }

  /** Called once, when it ends without having been destroyed from here. */
  set onGone(listener: (error: Error) => void) {
    this.#onGone = listener;
  }

  /** Says something and waits until what comes back is whole; what takes longer costs the connection. */
  exchange(text: string, isWhole: (received: string) => boolean, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!this.alive || this.#exchange !== undefined) {
        reject(new RawConnectionError(this.alive ? 'it is busy' : 'it is closed'));
        return;
      }
      const limit = setTimeout(() => this.#fail(new RawConnectionError(`no answer within ${timeoutMs} ms`)), timeoutMs);
      this.#received = '';
      this.#exchange = {
        isWhole,
        resolve: (received) => {
          clearTimeout(limit);
          resolve(received);
        },
        reject: (error) => {
          clearTimeout(limit);
          reject(error);
        },
      };
      this.#socket.write(text);
    });
  }

  destroy(): void {
    this.#onGone = () => {};
    this.#fail(new RawConnectionError('the connection was destroyed'));
  }

  #hear(text: string): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return this.#gone(new RawConnectionError('the peer said something unasked'));
    this.#received += text;
    if (!exchange.isWhole(this.#received)) return;
    this.#exchange = undefined;
    exchange.resolve(this.#received);
  }

  #gone(error: Error): void {
    const onGone = this.#onGone;
    this.#onGone = () => {};
    this.#fail(error);
    onGone(error);
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#socket.destroy();
    exchange?.reject(error);
  }
}
