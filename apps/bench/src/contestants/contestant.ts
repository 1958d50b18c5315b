/** What a contestant lends: small, and the same for all. */
export class Connection {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

/** What a pool gives its caller: the connection itself, or something that knows it. */
export type Held = unknown;

/** One pool, made for one measurement. Each method is a bare call: a wrapper that awaits would be measured with it. */
export interface Subject {
  acquire(signal?: AbortSignal): PromiseLike<Held>;
  connection(held: Held): Connection;
  release(held: Held): void;
  tryAcquire?(): Held | undefined;
  use?(work: (connection: Connection) => PromiseLike<unknown>): Promise<unknown>;
  close(): Promise<void>;
}

export interface Setup {
  /** Open from the start. */
  readonly warm: number;
  readonly max: number;
  /** How long a caller may wait. Undefined: so long that it never matters, but with whatever that costs. */
  readonly waitMs?: number | undefined;
  readonly open: () => Promise<Connection>;
}

/**
 * wait: callers queue · limit: and may time out · abort: and may give up · try: answers at once, without a promise · use: lends
 * for one piece of work · open: opens on demand
 */
type Ability = 'wait' | 'limit' | 'abort' | 'try' | 'use' | 'open';

export interface Contestant {
  readonly name: string;
  readonly role: 'subject' | 'peer' | 'floor';
  /** Its name in the registry; floors have none. */
  readonly packageName?: string;
  readonly abilities: readonly Ability[];
  /** Beyond this many its set-up takes minutes. */
  readonly mostConnections?: number;
  /** Resolves when `warm` connections are idle. */
  make(setup: Setup): Promise<Subject>;
}

/** For pools that open on demand: takes as many as should be warm, and gives them back. */
export async function warmUp<S extends Subject>(subject: S, setup: Setup): Promise<S> {
  const all = await Promise.all(Array.from({ length: setup.warm }, () => subject.acquire()));
  for (const held of all) subject.release(held);
  return subject;
}

/** What stands for "for ever" where a limit has to be given: the cost of having one is part of the measurement. */
export const longMs = 600_000;
