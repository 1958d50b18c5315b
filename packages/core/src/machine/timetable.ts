import { Deadlines } from './deadlines.ts';
import { DueHeap } from './due-heap.ts';
import type { Slot } from './slot.ts';

/** When the machine next wants to be told the time. Everything that falls due asks here; one timer serves it all. */
export class Timetable<T> {
  /** When `tick` is wanted at the latest. May be early, never late. */
  wakeAt: number = Infinity;
  /** Limits of callers and of their work. */
  readonly deadlines = new Deadlines();
  /** When the next lease may have become a leak. */
  leakAt: number = Infinity;
  /** When leases that are still out when closing are taken back by force. */
  drainBy: number = Infinity;
  readonly #due = new DueHeap<T>();

  dueBy(at: number): void {
    if (at < this.wakeAt) this.wakeAt = at;
  }

  /** Leases come in the order of time: while one is watched, later ones are too, and this need not be asked. */
  leakBy(at: number): void {
    this.leakAt = at;
    this.dueBy(at);
  }

  attend(slot: Slot<T>, at: number): void {
    this.#due.add(slot, at);
    this.dueBy(at);
  }

  forget(slot: Slot<T>): void {
    this.#due.remove(slot);
  }

  /** A slot that may want attention. */
  take(now: number): Slot<T> | undefined {
    return this.#due.take(now);
  }

  /** The earliest of all that is noted here. */
  get earliest(): number {
    return Math.min(this.deadlines.earliest, this.#due.earliest, this.leakAt, this.drainBy);
  }
}
