import type { Socket } from 'node:net';
import {
  ProtocolError,
  ReadTimeoutError,
  UpgradeTimeoutError,
  WireBusyError,
  WireClosedError,
  WriteTimeoutError,
} from './errors.ts';
import { Inbox, type InboxOwner } from './inbox.ts';
import { Outbox } from './outbox.ts';
import { peerName } from './peer-name.ts';
import { type FeedReceiver, SocketFeed } from './socket-feed.ts';
import { type AnyWait, Wait, type Waiting } from './wait.ts';
import type { WireOptions } from './wire-options.ts';
import type { Wrap } from './wrap.ts';

interface Upgrading {
  readonly wait: Wait<void>;
  readonly controller: AbortController;
}

const timeoutErrors = { read: ReadTimeoutError, write: WriteTimeoutError, upgrade: UpgradeTimeoutError } as const;

/**
 * What a Wire is made of: a socket, what has come, what is to go, and whether it still works. It ends once, and the first reason stays.
 * It receives what its parts tell itself: there are thousands of idle wires, and a callback for each would be most of what one weighs.
 */
export class WireState implements InboxOwner, FeedReceiver {
  readonly peer: string;
  #feed: SocketFeed;
  #upgrading: Upgrading | undefined;
  #failure: Error | undefined;
  #guarded = false;
  #watchers: readonly ((error: Error) => void)[] = [];

  readonly inbox: Inbox = new Inbox(this);
  readonly outbox: Outbox = new Outbox(this);

  constructor(socket: Socket) {
    this.peer = peerName(socket);
    this.#feed = new SocketFeed(socket, this);
    this.#feed.start();
  }

  get socket(): Socket {
    return this.#feed.socket;
  }

  /** Did nobody end it? Somebody may have destroyed the socket behind our back, whose `close` comes only later. */
  get usable(): boolean {
    return this.#failure === undefined && !this.socket.destroyed;
  }

  get unread(): number {
    return this.inbox.byteLength + this.socket.readableLength;
  }

  get alive(): boolean {
    return this.usable && this.socket.writable && !(this.#guarded && this.unread > 0);
  }

  get clean(): boolean {
    return this.alive && this.busyWith === undefined && this.unread === 0 && this.socket.writableLength === 0;
  }

  get busyWith(): Waiting | undefined {
    if (this.#upgrading !== undefined) return 'upgrade';
    return this.inbox.asked ? 'read' : undefined;
  }

  get guarded(): boolean {
    return this.#guarded;
  }

  guard(): void {
    if (this.alive && !this.clean) this.break(this.#uncleanError(`became idle while ${this.#unfinished()}`));
    this.#guarded = true;
    this.socket.unref();
  }

  unguard(): void {
    this.#guarded = false;
    this.socket.ref();
  }

  /** Reads on while somebody waits for more or little is unread; holds the peer back otherwise. After every read and every chunk. */
  balance(): void {
    if (this.inbox.asked || this.inbox.byteLength < this.socket.readableHighWaterMark) this.#feed.resume();
    else this.#feed.pause();
  }

  watch(listener: (error: Error) => void): () => void {
    this.#watchers = [...this.#watchers, listener];
    const failure = this.#failure;
    // Broken before: told all the same, but not inside this call.
    if (failure !== undefined) queueMicrotask(() => this.#watchers.includes(listener) && listener(failure));
    return () => {
      this.#watchers = this.#watchers.filter((watcher) => watcher !== listener);
    };
  }

  upgrade(wrap: Wrap, options: WireOptions): Promise<void> {
    const { socket } = this;
    this.#feed.stopReading();
    const upgrading: Upgrading = { wait: new Wait('upgrade', options, this), controller: new AbortController() };
    this.#upgrading = upgrading;
    const wrapped = new Promise<Socket>((resolve) => resolve(wrap(socket, { signal: upgrading.controller.signal })));
    wrapped.then(
      (next) => this.#adopt(next, upgrading),
      (error: unknown) => this.#giveUp(upgrading.wait, error),
    );
    return upgrading.wait.promise;
  }

  /** Whoever ended it. What has come can be read still. */
  end(failure: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    const upgrading = this.#upgrading;
    this.#upgrading = undefined;
    // An error is dear, and most wires end while nobody waits.
    if (this.inbox.asked) this.inbox.fail(this.closedError('during a read'));
    if (this.outbox.pending) this.outbox.fail(this.closedError('during a write'));
    upgrading?.wait.fail(this.closedError('during an upgrade'));
    upgrading?.controller.abort(failure);
    for (const watcher of this.#watchers) watcher(failure);
  }

  /** This side makes an end of it. */
  break(reason: unknown): void {
    this.end(reason instanceof Error ? reason : new WireClosedError('this side gave up', { cause: reason }));
    this.inbox.clear();
    this.socket.destroy();
  }

  /** What remains is a goodbye: what still comes is dropped. */
  drain(): void {
    this.inbox.clear();
    this.#feed.resume();
  }

  closedError(when: string): WireClosedError {
    const failure = this.#failure ?? new WireClosedError('the socket was destroyed');
    const cause = failure instanceof WireClosedError ? failure.cause : failure;
    return new WireClosedError(
      `connection to ${this.peer} closed ${when}: ${failure.message}`,
      cause === undefined ? undefined : { cause },
    );
  }

  busyError(doing: string): WireBusyError {
    return new WireBusyError(`${doing} on the connection to ${this.peer} while ${this.#unfinished()}`);
  }

  onBytes(chunk: Buffer): void {
    // The tail of a goodbye.
    if (this.#failure !== undefined) return;
    if (this.#guarded) {
      this.break(this.#uncleanError(`got ${chunk.length} bytes while it was idle`, chunk.toString('latin1', 0, 200)));
      return;
    }
    try {
      this.inbox.push(chunk);
    } catch (error) {
      this.inbox.fail(error);
      this.break(error);
      return;
    }
    this.balance();
  }

  onEnded(what: string, cause?: Error): void {
    this.end(new WireClosedError(what, cause && { cause }));
  }

  onTimeout(wait: AnyWait, timeoutMs: number): void {
    const message = `${wait.what} on the connection to ${this.peer} took longer than ${timeoutMs} ms (timeoutMs); it was destroyed, because a late answer could be taken for the next one`;
    this.#giveUp(wait, new timeoutErrors[wait.what](message, timeoutMs));
  }

  onAbort(wait: AnyWait, reason: unknown): void {
    this.#giveUp(wait, reason);
  }

  /** Why nothing more will come, while that is so. */
  refusal(when: string): WireClosedError | undefined {
    return this.usable ? undefined : this.closedError(when);
  }

  #adopt(socket: Socket, { wait }: Upgrading): void {
    if (wait.settled) {
      // Nobody waits for it any more, nor for its errors.
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    this.#feed.detach();
    this.#feed = new SocketFeed(socket, this);
    this.#feed.start();
    this.#upgrading = undefined;
    wait.succeed();
  }

  #giveUp(wait: AnyWait, reason: unknown): void {
    wait.fail(reason);
    this.break(reason);
  }

  #unfinished(): string {
    if (this.#guarded) return 'it is guarded (idle in its pool, say)';
    if (this.busyWith !== undefined) return `${this.busyWith === 'read' ? 'a read' : 'an upgrade'} is pending`;
    return this.unread > 0 ? `${this.unread} bytes are unread` : `${this.socket.writableLength} bytes are not written yet`;
  }

  #uncleanError(what: string, received?: string): ProtocolError {
    return new ProtocolError(
      `connection to ${this.peer} ${what}: nobody knows where in the protocol it stands, so it was destroyed`,
      { received },
    );
  }
}
