import type { Socket } from 'node:net';
import { OptionsError } from '@pool/core';
import { closeSocket } from './close-socket.ts';
import { ProtocolError, WireClosedError } from './errors.ts';
import { checkLineOptions, checkWireOptions, type LineOptions, type WireOptions } from './wire-options.ts';
import { WireState } from './wire-state.ts';
import type { Wrap } from './wrap.ts';

/**
 * A socket read by asking. Bytes nobody asked for stay unread and visible (`bufferedBytes`), which is what makes upgrades safe and
 * lets a pool see whether a returned connection is clean.
 *
 * A read, write or upgrade that times out or is aborted destroys the wire: the answer may still come, and would be taken for that
 * to the next question. What the peer sent before *it* closed can still be read.
 *
 * Nothing here throws where nobody can catch it: a reset of a wire nobody reads is told to `onBroken` and thrown by the next call.
 */
export class Wire {
  readonly #state: WireState;

  /** @param socket a connected one that nobody else reads. From now on it flows, and its errors are caught. */
  constructor(socket: Socket) {
    this.#state = new WireState(socket);
  }

  /** The socket underneath: the TLS one after an upgrade. Who reads it behind the wire's back takes bytes from the wire. */
  get socket(): Socket {
    return this.#state.socket;
  }

  /** Is what is sent encrypted? */
  get secure(): boolean {
    return 'encrypted' in this.socket && this.socket.encrypted === true;
  }

  /** Bytes that have come and that nobody asked for yet. The peer is held back once there are some chunks of them. */
  get bufferedBytes(): number {
    return this.#state.unread;
  }

  /** May it still be used? False from the first FIN, error, timeout or abort on, and for a guarded wire with bytes on it. */
  get alive(): boolean {
    return this.#state.alive;
  }

  /** Is it between two exchanges: alive, nothing unread, nothing half written, no read and no upgrade pending? */
  get clean(): boolean {
    return this.#state.clean;
  }

  /**
   * Resolves when the operating system took all of it; awaiting that is the back-pressure. Strings are sent as UTF-8.
   * Several writes may be pending; they keep their order. With a signal that is aborted already nothing is written, and the wire stays good.
   * @throws WireClosedError | WriteTimeoutError | WireBusyError (guarded, or during an upgrade) | `signal.reason`
   */
  async write(data: string | Uint8Array, options: WireOptions = {}): Promise<void> {
    const state = this.#state;
    checkWireOptions(options);
    if (state.guarded || state.busyWith === 'upgrade') throw state.busyError('write');
    options.signal?.throwIfAborted();
    if (!state.usable || !state.socket.writable) throw state.closedError('before it could be written to');
    const taken = state.outbox.write(state.socket, data, options);
    if (taken !== undefined) await taken;
  }

  /**
   * Exactly so many bytes.
   * @throws WireClosedError | ReadTimeoutError | WireBusyError (another read is pending, or guarded) | `signal.reason`
   */
  async read(byteLength: number, options: WireOptions = {}): Promise<Buffer> {
    checkWireOptions(options);
    if (!(Number.isSafeInteger(byteLength) && byteLength >= 0)) {
      throw new OptionsError('byteLength', `byteLength must be an integer from 0 up, got ${String(byteLength)}`);
    }
    this.#startReading(options, 'read');
    const bytes = this.#state.inbox.read(byteLength, options);
    this.#state.balance();
    return bytes;
  }

  /**
   * One line without its end, which is CR LF or LF alone.
   * @throws as `read`, and ProtocolError when it is longer than `maxBytes`, which destroys the wire, too
   */
  async readLine(options: LineOptions = {}): Promise<string> {
    checkLineOptions(options);
    this.#startReading(options, 'readLine');
    try {
      const line = this.#state.inbox.readLine(options);
      this.#state.balance();
      return line;
    } catch (error) {
      if (error instanceof ProtocolError) this.#state.break(error);
      throw error;
    }
  }

  /**
   * Line after line; the limit is for each. It ends when the loop is left, and has then taken not a byte more than it gave. When the peer
   * closes it throws instead of ending: a list cut off by a crash would else look complete.
   * @throws as `readLine`
   */
  lines(options: LineOptions = {}): AsyncGenerator<string, never, undefined> {
    checkLineOptions(options);
    return this.#lines(options);
  }

  /**
   * Put another socket on top. Until `wrap` resolves this wire neither reads nor writes.
   * Bytes that came before are refused, and destroy the wire: they were sent in the clear, and would be taken for part of
   * what is protected (STARTTLS injection, CVE-2011-0411). So does a `wrap` that fails; its error is thrown as it is.
   * @throws ProtocolError (unread bytes) | WireBusyError | WireClosedError | UpgradeTimeoutError | `signal.reason` | what `wrap` throws
   */
  async upgrade(wrap: Wrap, options: WireOptions = {}): Promise<void> {
    const state = this.#state;
    checkWireOptions(options);
    if (state.guarded || state.busyWith !== undefined || state.socket.writableLength > 0) throw state.busyError('upgrade');
    this.#refuseAborted(options);
    if (!state.alive) throw state.closedError('before the upgrade');
    if (state.unread > 0) {
      const refusal = new ProtocolError(
        `${state.unread} unread bytes on the connection to ${state.peer}: the upgrade was refused and the connection destroyed. Read the whole answer before; more than that the peer must not send`,
      );
      state.break(refusal);
      throw refusal;
    }
    await state.upgrade(wrap, options);
  }

  /**
   * It is idle: any byte breaks it at once (FIN and errors always do), reads and writes are refused (by whoever still holds it although
   * he gave it back), and it does not keep the process alive. A wire that is not clean breaks now.
   */
  guard(): void {
    this.#state.guard();
  }

  /** Somebody uses it (or pings it): bytes are welcome again, and it keeps the process alive. */
  unguard(): void {
    this.#state.unguard();
  }

  /** Be told once when it cannot be used any more, whatever ended it: at the event, not at the next use. Returns the way to stop. */
  onBroken(listener: (error: Error) => void): () => void {
    return this.#state.watch(listener);
  }

  /** Say FIN after what is written, and resolve when the peer has, too. What still comes is dropped. Destroyed when the signal aborts. */
  async close(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#state.end(new WireClosedError('this side closed it'));
    this.#state.drain();
    await closeSocket(this.socket, options.signal);
  }

  /** End it now. Pending calls fail with WireClosedError, whose cause is `error`. */
  destroy(error?: Error): void {
    this.#state.break(error ?? new WireClosedError('this side destroyed it'));
  }

  async *#lines(options: LineOptions): AsyncGenerator<string, never, undefined> {
    for (;;) yield await this.readLine(options);
  }

  #startReading(options: WireOptions, doing: string): void {
    if (this.#state.guarded || this.#state.busyWith !== undefined) throw this.#state.busyError(doing);
    this.#refuseAborted(options);
  }

  /** Unlike for a write, harm is done: what was to be read will still come. */
  #refuseAborted({ signal }: WireOptions): void {
    if (signal?.aborted !== true) return;
    this.#state.break(signal.reason);
    throw signal.reason;
  }
}
