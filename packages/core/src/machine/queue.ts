import type { Deadlines } from './deadlines.ts';
import type { Effect, Refusal } from './effects.ts';
import { type Waiter, Waiters } from './waiters.ts';

/** Everybody who waits: callers for a connection, and callers of `ready()` for enough of them. */
export class Queue<R> {
  readonly waiters: Waiters<R>;
  readonly readyCallers: Waiters<R>;
  readonly #effects: Effect<never, R>[];
  #arrivals = 0;

  constructor(lanes: number, deadlines: Deadlines, effects: Effect<never, R>[]) {
    this.waiters = new Waiters(lanes, deadlines);
    this.readyCallers = new Waiters(1, deadlines);
    this.#effects = effects;
  }

  get size(): number {
    return this.waiters.size + this.readyCallers.size;
  }

  /** The number of the next one to come. */
  arrival(): number {
    return ++this.#arrivals;
  }

  join(waiter: Waiter<R>): void {
    (waiter.ofReady ? this.readyCallers : this.waiters).add(waiter);
  }

  leave(waiter: Waiter<R>): void {
    (waiter.ofReady ? this.readyCallers : this.waiters).remove(waiter);
  }

  refuse(waiter: Waiter<R>, why: Refusal): void {
    if (waiter.waiting) this.leave(waiter);
    this.#effects.push({ kind: 'refuse', waiter, why });
  }

  refuseAll(waiters: Waiters<R>, why: Refusal): void {
    for (let waiter = waiters.head; waiter !== undefined; waiter = waiters.head) this.refuse(waiter, why);
  }

  /** Enough connections are there. */
  announceReady(): void {
    for (let waiter = this.readyCallers.head; waiter !== undefined; waiter = this.readyCallers.head) {
      this.leave(waiter);
      this.#effects.push({ kind: 'ready', waiter });
    }
  }
}
