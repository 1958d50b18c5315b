import type { Machine } from '../../src/machine/machine.ts';
import type { Slot } from '../../src/machine/slot.ts';
import { State } from '../../src/machine/transitions.ts';
import type { Waiter } from '../../src/machine/waiters.ts';

/** What is pooled, as the outside world knows it: kept apart from the machine's own records, to be compared with them. */
export interface Connection {
  readonly slot: Slot<Connection>;
  /** How often the pool had been recycled when its opening began. */
  readonly recycles: number;
  /** How many suspicions there had been when it last proved itself. */
  trustedUnder: number;
  readonly openedAt: number;
  provenAt: number;
  usedAt: number;
  expiresBy: number;
  parkedUntil: number;
  uses: number;
  /** Why nobody must get it any more. */
  noGood: string | undefined;
}

export interface Caller {
  readonly number: number;
  /** How it was answered: exactly once. */
  outcome: string | undefined;
}

export interface Held {
  readonly slot: Slot<Connection>;
  readonly connection: Connection;
  readonly generation: number;
  readonly since: number;
  /** Its place in the queue, if it had one. */
  readonly waiter: Waiter<Caller> | undefined;
}

export type TaskKind = 'reserve' | 'open' | 'ping' | 'reset' | 'close';

/** Something the machine asked for that has not been answered. */
export interface Task {
  readonly kind: TaskKind;
  readonly slot: Slot<Connection>;
  readonly generation: number;
  readonly since: number;
}

export type Core = Machine<Connection, Caller>;

export function wrong(message: string): never {
  throw new Error(message);
}

/** The reference for the queue: whoever came first in the first lane. Work that was put back keeps its number. */
export function join(queue: Waiter<Caller>[], waiter: Waiter<Caller>): void {
  const behind = queue.findIndex(
    (other) => other.lane > waiter.lane || (other.lane === waiter.lane && other.arrival > waiter.arrival),
  );
  queue.splice(behind < 0 ? queue.length : behind, 0, waiter);
}

export function without<V>(list: V[], value: V): boolean {
  const index = list.indexOf(value);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}

/** The reference for probing: what may be opened when, from what the outside world has answered. */
export class ProbingBook {
  failures = 0;
  backoffUntil = -Infinity;
  pausedUntil = -Infinity;
  fatal = false;
  /** A failed open, and no success since. */
  failing = false;
  #started = 0;
  #counted = 0;
  #stillborn = 0;
  #bornBefore = 0;
  readonly #startOf = new WeakMap<Slot<Connection>, number>();

  /** An opening begins. */
  start(slot: Slot<Connection>, machine: Core, now: number): void {
    this.#startOf.set(slot, ++this.#started);
    if (machine.state !== 'open') wrong(`an opening began while the pool was ${machine.state}`);
    if (this.fatal) wrong('an opening began after a fatal failure');
    if (now < this.backoffUntil) wrong(`an opening began ${this.backoffUntil - now} ms before the backoff was over`);
    if (now < this.pausedUntil) wrong(`an opening began ${this.pausedUntil - now} ms before the pause was over`);
    if (slot.attempt !== this.failures + 1) wrong(`attempt ${slot.attempt} after ${this.failures} failures`);
    if (this.failing && machine.slots.opening.size > 1) wrong('two openings at once since the last one failed');
    if (machine.slots.opening.size > machine.probing.windowFor(machine.queue.waiters.size))
      wrong('more openings than the window allows');
  }

  failed(slot: Slot<Connection>, retryAt: number): void {
    this.failing = true;
    if ((this.#startOf.get(slot) ?? 0) <= this.#counted) return;
    this.failures++;
    this.#counted = this.#started;
    this.backoffUntil = retryAt;
  }

  /** Began after somebody last said that the cause was gone. */
  isNews(slot: Slot<Connection>): boolean {
    return (this.#startOf.get(slot) ?? 0) > this.#forgiven;
  }

  #forgiven = 0;

  succeeded(): void {
    this.failing = false;
    this.failures = 0;
    if (this.isWell) this.backoffUntil = -Infinity;
  }

  /** Its last connections did not break before anybody had used them. */
  get isWell(): boolean {
    return this.#stillborn < 2;
  }

  used(): void {
    this.#stillborn = 0;
  }

  /** It broke within a second of its opening, unused: from the second time on as good as a failed open. */
  brokeUnused(slot: Slot<Connection>, retryAt: number): void {
    if ((this.#startOf.get(slot) ?? 0) <= Math.max(this.#counted, this.#bornBefore)) return;
    this.#bornBefore = this.#started;
    this.#stillborn++;
    if (this.isWell) return;
    this.#counted = this.#started;
    this.backoffUntil = retryAt;
  }

  forgive(): void {
    this.#counted = this.#started;
    this.#forgiven = this.#started;
    this.#stillborn = 0;
    this.failures = 0;
    this.backoffUntil = -Infinity;
    this.pausedUntil = -Infinity;
    this.fatal = false;
  }
}

/** The reference for suspicion: two that break within a second, with no success in between, broke for one reason. */
export class SuspicionBook {
  count = 0;
  #lastBreakAt = -Infinity;

  broke(now: number): void {
    if (now - this.#lastBreakAt <= 1000) this.count++;
    this.#lastBreakAt = now;
  }

  succeeded(): void {
    this.#lastBreakAt = -Infinity;
  }
}

/** Why this connection must not be lent now, in the turn that began at `turn`; undefined when it may. */
export function whyNotLend(
  machine: Core,
  connection: Connection,
  about: { readonly recycles: number; readonly suspicions: number; readonly turn: number; readonly now: number },
): string | undefined {
  const { slot, provenAt, usedAt } = connection;
  const { recycles, suspicions, turn, now } = about;
  const { limits, slots } = machine;
  if (slot.state !== State.leased) return 'it is not even lent';
  if (connection.noGood !== undefined) return connection.noGood;
  if (connection.recycles !== recycles) return 'it was opened before the pool was recycled';
  if (turn >= connection.expiresBy) return 'it has expired';
  if (now < connection.parkedUntil) return 'it is parked';
  if (slot.testing) return 'it is left idle on purpose';
  if (connection.uses >= limits.maxUses) return 'it was used often enough';
  if (limits.pings && connection.trustedUnder !== suspicions) return 'it is suspect';
  const activeAt = Math.max(provenAt, usedAt);
  // Lent in the moment it answered.
  if (provenAt === activeAt && provenAt >= turn) return undefined;
  if (turn >= activeAt + slots.idleLimit.safeMs) return 'the peer may be about to close it';
  if (limits.pings && turn - activeAt >= limits.pingAfterIdleMs) return 'it has to be pinged after so long';
  return undefined;
}

export function connectionOf(slot: Slot<Connection>): Connection {
  return slot.connection ?? wrong(`${slot.id} has no connection`);
}
