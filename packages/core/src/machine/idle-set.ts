import type { Slot } from './slot.ts';
import { SlotList } from './slot-list.ts';

/**
 * The idle connections, by what may be done with them: `ready` ones may be lent, `suspect` ones must answer a ping first,
 * `parked` ones must not be lent for a while. Most recently used at the tail.
 */
export class IdleSet<T> {
  readonly ready = new SlotList<T>();
  readonly suspect = new SlotList<T>();
  readonly parked = new SlotList<T>();
  readonly #order: 'lifo' | 'fifo';
  /** Ready ones by tag, least recently used first; undefined for connectors that do not tag. */
  readonly #tagged: Map<string | undefined, Set<Slot<T>>> | undefined;

  constructor(order: 'lifo' | 'fifo', tagging: boolean) {
    this.#order = order;
    this.#tagged = tagging ? new Map() : undefined;
  }

  get size(): number {
    return this.ready.size + this.suspect.size + this.parked.size;
  }

  /** The ready one this caller would like best. */
  choose(prefer: readonly (string | undefined)[] | undefined): Slot<T> | undefined {
    if (prefer !== undefined) return this.#preferred(prefer);
    return this.#order === 'lifo' ? this.ready.tail : this.ready.head;
  }

  /** The ready one used last: when even this one is stale, all are. */
  get freshest(): Slot<T> | undefined {
    return this.ready.tail;
  }

  #preferred(prefer: readonly (string | undefined)[]): Slot<T> | undefined {
    for (const tag of prefer) {
      const slot = this.#tagged?.get(tag)?.values().next().value;
      if (slot !== undefined) return slot;
    }
    // Not the most recently used one: its tag is the likeliest to be wanted again.
    return this.ready.head;
  }

  /** To be told of each slot that joins `ready` ... */
  joined(slot: Slot<T>): void {
    if (this.#tagged === undefined) return;
    const set = this.#tagged.get(slot.tag);
    if (set === undefined) this.#tagged.set(slot.tag, new Set([slot]));
    else set.add(slot);
  }

  /** ... and of each that leaves it. */
  left(slot: Slot<T>): void {
    const set = this.#tagged?.get(slot.tag);
    if (set === undefined) return;
    set.delete(slot);
    if (set.size === 0) this.#tagged?.delete(slot.tag);
  }

  *[Symbol.iterator](): Generator<Slot<T>, void, undefined> {
    yield* this.parked;
    yield* this.suspect;
    yield* this.ready;
  }
}
