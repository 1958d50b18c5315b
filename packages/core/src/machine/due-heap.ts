import type { Slot } from './slot.ts';

/**
 * When each connection next wants attention (idle too long, ping due, lifetime over, parking over): a binary heap of slots.
 *
 * Entries are lazy: lending and returning leave a slot where it stands, so its entry may be early. Whoever takes it out computes
 * when the slot is really due and puts it back. So an idle timeout costs one heap operation per period, not one per use.
 */
export class DueHeap<T> {
  readonly #slots: Slot<T>[] = [];

  /** When the first one is due; Infinity when there is none. */
  get earliest(): number {
    return this.#slots[0]?.dueAt ?? Infinity;
  }

  /** Sees to it that the slot is looked at by `at`: puts it in, or moves it forward, never back. `Infinity` asks for nothing. */
  add(slot: Slot<T>, at: number): void {
    if (slot.dueIndex >= 0) {
      if (at >= slot.dueAt) return;
      slot.dueAt = at;
      this.#rise(slot, slot.dueIndex);
      return;
    }
    if (at === Infinity) return;
    slot.dueAt = at;
    this.#slots.push(slot);
    this.#rise(slot, this.#slots.length - 1);
  }

  /** Takes out the first slot due by `now`. */
  take(now: number): Slot<T> | undefined {
    const first = this.#slots[0];
    if (first === undefined || first.dueAt > now) return undefined;
    this.remove(first);
    return first;
  }

  remove(slot: Slot<T>): void {
    const index = slot.dueIndex;
    if (index < 0) return;
    slot.dueIndex = -1;
    slot.dueAt = Infinity;
    const last = this.#slots.pop() as Slot<T>;
    if (last === slot) return;
    this.#sink(last, index);
    this.#rise(last, last.dueIndex);
  }

  #rise(slot: Slot<T>, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#slots[above] as Slot<T>;
      if (parent.dueAt <= slot.dueAt) break;
      this.#place(parent, index);
      index = above;
    }
    this.#place(slot, index);
  }

  /** To the bottom, wherever it belongs: whoever asks for this lets it rise again. */
  #sink(slot: Slot<T>, from: number): void {
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      const left = this.#slots[below];
      if (left === undefined) break;
      const right = this.#slots[below + 1];
      let child = left;
      if (right !== undefined && right.dueAt < left.dueAt) {
        child = right;
        below++;
      }
      this.#place(child, index);
      index = below;
    }
    this.#place(slot, index);
  }

  #place(slot: Slot<T>, index: number): void {
    this.#slots[index] = slot;
    slot.dueIndex = index;
  }
}
