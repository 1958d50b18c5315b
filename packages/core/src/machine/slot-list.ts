import type { Slot } from './slot.ts';

/** A doubly linked list through the slots themselves: joining, leaving and counting cost the same at any length, and no memory. */
export class SlotList<T> {
  head: Slot<T> | undefined = undefined;
  tail: Slot<T> | undefined = undefined;
  size = 0;

  push(slot: Slot<T>): void {
    const last = this.tail;
    slot.list = this;
    slot.prev = last;
    slot.next = undefined;
    if (last === undefined) this.head = slot;
    else last.next = slot;
    this.tail = slot;
    this.size++;
  }

  /** Of those in this list. */
  toHead(slot: Slot<T>): void {
    this.remove(slot);
    const first = this.head;
    slot.list = this;
    slot.prev = undefined;
    slot.next = first;
    if (first === undefined) this.tail = slot;
    else first.prev = slot;
    this.head = slot;
    this.size++;
  }

  remove(slot: Slot<T>): void {
    const { prev, next } = slot;
    if (prev === undefined) this.head = next;
    else prev.next = next;
    if (next === undefined) this.tail = prev;
    else next.prev = prev;
    slot.list = undefined;
    slot.prev = undefined;
    slot.next = undefined;
    this.size--;
  }

  /** From this list to the end of another: `remove` and `push` in one, because every lease does it twice. */
  transfer(slot: Slot<T>, to: SlotList<T>): void {
    const { prev, next } = slot;
    if (prev === undefined) this.head = next;
    else prev.next = next;
    if (next === undefined) this.tail = prev;
    else next.prev = prev;
    this.size--;
    const last = to.tail;
    slot.list = to;
    slot.prev = last;
    slot.next = undefined;
    if (last === undefined) to.head = slot;
    else last.next = slot;
    to.tail = slot;
    to.size++;
  }

  *[Symbol.iterator](): Generator<Slot<T>, void, undefined> {
    let slot = this.head;
    while (slot !== undefined) {
      // A slot may leave the list while its visitor looks at it.
      const next = slot.next;
      yield slot;
      slot = next;
    }
  }
}
