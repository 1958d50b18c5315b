import type { CloseContext, CloseReason, Connector, OpenContext, PingContext, Pool } from '@pool/core';
import type { ConnectionRow, ConnectionState } from './connection-row.ts';

/** One connection, from the call of `open` until nothing is left of it. */
interface Entry {
  id: number | undefined;
  state: ConnectionState;
  since: number;
  readyAt: number | undefined;
  uses: number;
  readonly attempt: number;
  reason: CloseReason | undefined;
}

/**
 * What each connection of a pool is doing. The pool's events tell it of those that are lent, come back and are given up; its gauges tell
 * how many are opening, checked and closing, and not which. That is seen where the pool asks for it: in its connector.
 *
 * Two accounts are brought together by their order: the pool calls `watch` and tells `open` for one connection after the other.
 */
export class WatchedConnections<T> {
  readonly #now: () => number;
  /** A connection that is gone leaves its place to the next one, so that lines on a screen stay where they are. */
  readonly #places: (Entry | undefined)[] = [];
  readonly #byConnection = new Map<T, Entry>();
  readonly #byId = new Map<number, Entry>();
  /** Ready, and the event that tells the number is still to come. */
  readonly #unnamed: Entry[] = [];
  /** Lent before the event that tells of their opening: a caller waited for them. */
  readonly #lentEarly = new Map<number, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get rows(): readonly ConnectionRow[] {
    const now = this.#now();
    return this.#places.flatMap((entry) => {
      if (entry === undefined) return [];
      const { id, state, since, readyAt, uses, attempt, reason } = entry;
      return { id, state, forMs: now - since, ageMs: readyAt === undefined ? undefined : now - readyAt, uses, attempt, reason };
    });
  }

  /** The same connector, seen. */
  connector(connector: Connector<T>): Connector<T> {
    return {
      ...connector,
      open: (context) => this.#open(connector, context),
      watch: (connection, onBroken) => this.#watch(connector, connection, onBroken),
      close: (connection, context) => this.#close(connector, connection, context),
      destroy: (connection) => {
        this.#gone(connection);
        connector.destroy?.(connection);
      },
    };
  }

  /** The same ping, seen. */
  ping(ping: (connection: T, context: PingContext) => Promise<void>): (connection: T, context: PingContext) => Promise<void> {
    return async (connection, context) => {
      const entry = this.#byConnection.get(connection);
      if (entry !== undefined) this.#become(entry, 'checking');
      try {
        await ping(connection, context);
      } finally {
        // It may have taken so long that the pool has gone on without it.
        if (entry?.state === 'checking') this.#become(entry, 'idle');
      }
    };
  }

  follow(pool: Pool<T>): void {
    pool.on('open', ({ connectionId, uses }) => this.#named(connectionId, uses));
    pool.on('acquire', ({ connectionId, uses }) => this.#lent(connectionId, uses));
    pool.on('release', ({ connectionId, uses }) => this.#returned(connectionId, uses));
    pool.on('discard', ({ connectionId, reason }) => {
      const entry = this.#byId.get(connectionId);
      if (entry !== undefined) this.#closing(entry, reason);
    });
  }

  async #open(connector: Connector<T>, context: OpenContext): Promise<T> {
    const { signal, attempt } = context;
    const entry: Entry = {
      id: undefined,
      state: 'opening',
      since: this.#now(),
      readyAt: undefined,
      uses: 0,
      attempt,
      reason: undefined,
    };
    const free = this.#places.indexOf(undefined);
    this.#places[free === -1 ? this.#places.length : free] = entry;
    // The pool waits no longer for it, whatever it is still doing. What comes late it destroys.
    const givenUp = (): void => this.#leave(entry);
    signal.addEventListener('abort', givenUp, { once: true });
    try {
      const connection = await connector.open(context);
      if (!signal.aborted) this.#byConnection.set(connection, entry);
      return connection;
    } catch (error) {
      this.#leave(entry);
      throw error;
    } finally {
      signal.removeEventListener('abort', givenUp);
    }
  }

  #watch(connector: Connector<T>, connection: T, onBroken: (error?: unknown) => void): () => void {
    let isDead = false;
    try {
      const unwatch = connector.watch?.(connection, (error) => {
        isDead = true;
        onBroken(error);
      });
      return unwatch ?? (() => {});
    } finally {
      // One that died before it was ready is closed, and never told as open.
      if (!isDead) this.#ready(connection);
    }
  }

  #ready(connection: T): void {
    const entry = this.#byConnection.get(connection);
    if (entry === undefined) return;
    entry.readyAt = this.#now();
    this.#become(entry, 'idle');
    this.#unnamed.push(entry);
  }

  async #close(connector: Connector<T>, connection: T, context: CloseContext): Promise<void> {
    const entry = this.#byConnection.get(connection);
    if (entry !== undefined) this.#closing(entry, context.reason);
    // As the pool does where there is no polite way.
    if (connector.close === undefined) connector.destroy?.(connection);
    // When this fails, the pool destroys it.
    else await connector.close(connection, context);
    this.#gone(connection);
  }

  #named(id: number, uses: number): void {
    const entry = this.#unnamed.shift();
    if (entry === undefined) return;
    entry.id = id;
    entry.uses = this.#lentEarly.get(id) ?? uses;
    // It may be closing already, and then only its name was missing.
    if (this.#lentEarly.delete(id) && entry.state === 'idle') this.#become(entry, 'leased');
    if (this.#places.includes(entry)) this.#byId.set(id, entry);
  }

  #lent(id: number, uses: number): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) {
      this.#lentEarly.set(id, uses);
      return;
    }
    entry.uses = uses;
    this.#become(entry, 'leased');
  }

  #returned(id: number, uses: number): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    entry.uses = uses;
    if (entry.state === 'leased') this.#become(entry, 'idle');
  }

  #closing(entry: Entry, reason: CloseReason): void {
    if (entry.state === 'closing') return;
    entry.reason = reason;
    this.#become(entry, 'closing');
  }

  #become(entry: Entry, state: ConnectionState): void {
    entry.state = state;
    entry.since = this.#now();
  }

  #gone(connection: T): void {
    const entry = this.#byConnection.get(connection);
    this.#byConnection.delete(connection);
    if (entry !== undefined) this.#leave(entry);
  }

  #leave(entry: Entry): void {
    const place = this.#places.indexOf(entry);
    if (place !== -1) this.#places[place] = undefined;
    if (entry.id !== undefined) this.#byId.delete(entry.id);
  }
}
