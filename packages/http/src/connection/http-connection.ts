import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
// By its file, here as in all sources: what Bun gives for `undici` is another module, whose clients never send anything.
import { type buildConnector, Client, type Dispatcher } from 'undici/index.js';
import { ConnectionGoneError } from '../errors.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { HeldEnd } from './held-end.ts';
import { guardIdle } from './idle-guard.ts';
import { persistence } from './persistence.ts';

/** Who has the connection: one exchange, which is also what the engine reads and calls back. */
export interface Occupant {
  /** Answered, refused or given up: it wants nothing more of the connection. */
  readonly isOver: boolean;
  /** It was over before the engine was done with it, or ever had it: the connection is good for another. */
  onFree(): void;
  /** The connection ended. Only told what the engine does not tell. */
  onGone(error: Error): void;
}

/** A timer fires at once beyond 2³¹ − 1 milliseconds; the engine adds nothing to it. */
const neverMs = 2_000_000_000;

/**
 * A guarded socket, on which the engine's Client is made at first use: a Client reads nothing before its first request, and would not
 * see the server close. While idle it does not keep the process alive.
 */
export class HttpConnection {
  readonly socket: Duplex;
  readonly heldEnd: HeldEnd;
  /** Requests that were given to it. */
  uses = 0;
  /** It did not come straight from being opened: it had served before, or waited, and the server may have closed it meanwhile. */
  hadIdled = false;
  /** When it was opened, or last became idle. */
  idleSince: number;
  /** Not to be lent from then on: the server closes it soon after. */
  idleUntil: number;
  readonly #settings: ConnectionSettings;
  /** Requests the server still allows. */
  #remaining: number = Infinity;
  /** How long it may idle after this exchange, by what the server said. */
  #allowedIdleMs: number = Infinity;
  #client: Client | undefined = undefined;
  #occupant: Occupant | undefined = undefined;
  /** The last exchange is over, but the engine is not done with it yet. */
  #isDraining = false;
  #gone: Error | undefined = undefined;
  #onBroken: ((error: Error) => void) | undefined = undefined;
  #unguard: (() => void) | undefined;

  constructor(socket: Duplex, settings: ConnectionSettings, idleUntil: number) {
    this.socket = socket;
    this.heldEnd = new HeldEnd(socket);
    this.#settings = settings;
    this.idleSince = settings.turn();
    this.idleUntil = idleUntil;
    this.#unguard = guardIdle(socket, (error) => this.#broke(error));
    keepsAlive(socket, false);
  }

  /** Made at first use; undefined before. */
  get client(): Client | undefined {
    return this.#client;
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** The engine is not done with the last exchange yet; or was not, when the connection ended. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  get isIdle(): boolean {
    return this.#occupant === undefined;
  }

  isAlive(): boolean {
    if (this.#gone !== undefined) return false;
    if (this.socket.destroyed) {
      // Its end is under way, and its reason known.
      this.#broke(this.socket.errored ?? new Error('the connection was closed'));
      return false;
    }
    return this.idleUntil === Infinity || this.#occupant !== undefined || this.#settings.turn() < this.idleUntil;
  }

  /** It was opened, or its last exchange ended, after this moment: the server was there then. */
  isFreshSince(moment: number): boolean {
    return this.uses === 0 ? this.idleSince >= moment : this.idleSince > moment;
  }

  /** The server leaves it time for another request. */
  get mayIdle(): boolean {
    return this.#remaining > 0 && this.#allowedIdleMs > 0;
  }

  /** Takes note of what a response says about the connection. True when it says that the server closes it. */
  heed(rawHeaders: readonly Buffer[], marginMs: number): boolean {
    if (this.#remaining !== Infinity) this.#remaining--;
    const said = persistence(rawHeaders);
    if (said === undefined) return false;
    this.#remaining = Math.min(this.#remaining, said.remaining);
    this.#allowedIdleMs = said.allowedIdleMs - marginMs;
    return said.closes;
  }

  watch(onBroken: (error: Error) => void): () => void {
    this.#onBroken = onBroken;
    if (this.#gone !== undefined) onBroken(this.#gone);
    return () => {
      this.#onBroken = undefined;
    };
  }

  /** Tells the pool why this one is of no use any more, before it is given up. */
  report(error: Error): void {
    this.#onBroken?.(error);
  }

  /**
   * Gives the engine one request: now, or when it is done with the one before. In between lies a turn of the event loop, in which a
   * server that closes without a word is noticed. The engine's callbacks may run before this returns, when it refuses.
   */
  carry(request: Occupant): void {
    this.#occupant = request;
    this.idleUntil = Infinity;
    this.#allowedIdleMs = Infinity;
    this.hadIdled = this.uses > 0 || this.#settings.turn() > this.idleSince;
    this.uses++;
    if (!this.#isDraining) this.#dispatch(request);
  }

  /** The exchange is over, and another may have the connection. It begins when the engine is ready for it: at once unless `draining`. */
  free(draining: boolean): void {
    this.#occupant = undefined;
    this.#isDraining = draining;
    this.idleSince = this.#settings.turn();
    this.idleUntil = this.idleSince + this.#allowedIdleMs;
  }

  /** The exchange gives the connection up: it is to be closed, or was handed over. */
  vacate(): void {
    this.#occupant = undefined;
  }

  /** Says goodbye to the TLS layer and to TCP, without waiting for theirs. */
  close(): void {
    this.#gone ??= new Error('this side closed the connection');
    if (!this.socket.destroyed) this.socket.end(() => this.destroy());
  }

  destroy(): void {
    this.#gone ??= new Error('this side closed the connection');
    // Without a reason the engine would take this for the end of a body that has no length.
    this.socket.destroy(this.#occupant === undefined ? undefined : this.#gone);
    // Not before the socket: the engine would keep it open until its exchange has been told.
    this.#endClient();
  }

  #makeClient(): Client {
    const { engineOrigin, headersTimeoutMs, bodyTimeoutMs } = this.#settings;
    const client = new Client(engineOrigin, {
      pipelining: 1,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: bodyTimeoutMs,
      // The pool owns idle time, hints of the server included.
      keepAliveTimeout: neverMs,
      keepAliveMaxTimeout: neverMs,
      keepAliveTimeoutThreshold: -neverMs,
      // Asynchronously: a synchronous answer stalls the Client for ever.
      connect: (_, callback) => queueMicrotask(() => this.#hand(callback)),
    });
    client.on('drain', () => this.#drained());
    client.on('disconnect', (_origin, _targets, error) => this.#disconnected(error));
    this.#client = client;
    keepsAlive(this.socket, true);
    return client;
  }

  #hand(callback: buildConnector.Callback): void {
    this.#unguard?.();
    this.#unguard = undefined;
    // Never a destroyed socket, nor an error with one of the engine's own codes: it would connect again at once, for ever.
    if (this.isGone || this.socket.destroyed) {
      const error = new ConnectionGoneError('the connection ended before its first request was written', this.#gone);
      this.#gone ??= error;
      callback(error, null);
      this.#endClient();
    } else {
      callback(null, this.socket as Socket);
    }
  }

  #dispatch(request: Occupant): void {
    const client = this.#client ?? this.#makeClient();
    // The engine's types say less than it takes, and it checks all of it.
    client.dispatch(request as unknown as Dispatcher.DispatchOptions, request as unknown as Dispatcher.DispatchHandler);
    // Refused before the engine had it (bad arguments): no event follows.
    if (request.isOver && this.#occupant === request && client.stats.size === 0) this.#drained();
  }

  #drained(): void {
    // What came right after the response has ended it; `disconnect` follows.
    if (this.socket.destroyed) return;
    const occupant = this.#occupant;
    const wasDraining = this.#isDraining;
    this.#isDraining = false;
    if (wasDraining) this.#settings.onReused();
    if (occupant === undefined) return;
    if (occupant.isOver) occupant.onFree();
    else if (wasDraining) this.#dispatch(occupant);
  }

  #disconnected(error: Error): void {
    // An upgrade: the socket lives on, and the exchange is told next.
    if (this.socket.destroyed) this.#broke(error);
    else this.#gone = error;
    this.#endClient();
  }

  #broke(error: Error): void {
    if (this.#gone !== undefined) return;
    this.#gone = error;
    const occupant = this.#occupant;
    if (occupant === undefined) {
      this.#onBroken?.(error);
      this.socket.destroy();
    } else if (occupant.isOver || this.#isDraining) {
      occupant.onGone(error);
    }
    // A request that was not written yet is told by this that it never will be; without it, the Client would connect again.
    this.#endClient();
  }

  #endClient(): void {
    const client = this.#client;
    if (client !== undefined && !client.destroyed) client.destroy().catch(() => {});
  }
}

function keepsAlive(socket: Duplex, wanted: boolean): void {
  const { ref, unref } = socket as Partial<Socket>;
  if (wanted) ref?.call(socket);
  else unref?.call(socket);
}
