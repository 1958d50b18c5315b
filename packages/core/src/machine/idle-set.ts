import type { Slot } from './slot.ts';
import { SlotList } from './slot-list.ts';
import { TagIndex } from './tag-index.ts';

/**
 * The idle connections, by what may be done with them: `ready` ones may be lent, `suspect` ones must answer a ping first,
 * `parked` ones must not be lent for a while. Most recently used at the tail.
 */
export class IdleSet<T> {
  readonly ready = new SlotList<T>();
  readonly suspect = new SlotList<T>();
  readonly parked = new SlotList<T>();
  /** To be told of each slot that joins or leaves `ready`; undefined for connectors that do not tag. */
  readonly tags: TagIndex<T> | undefined;
  private readonly newestFirst: boolean;

  constructor(order: 'lifo' | 'fifo', tagging: boolean) {
    this.newestFirst = order === 'lifo';
    this.tags = tagging ? new TagIndex() : undefined;
  }

  get size(): number {
    return this.ready.size + this.suspect.size + this.parked.size;
  }

  /** The ready one this caller would like best. */
  choose(prefer: readonly (string | undefined)[] | undefined): Slot<T> | undefined {
    if (prefer !== undefined) return this.#preferred(prefer);
    return this.newestFirst ? this.ready.tail : this.ready.head;
  }

  #preferred(tags: readonly (string | undefined)[]): Slot<T> | undefined {
    // When none has one, not the most recently used one: its tag is the likeliest to be wanted again.
    return this.tags?.find(tags) ?? this.ready.head;
  }

  *[Symbol.iterator](): Generator<Slot<T>, void, undefined> {
    yield* this.parked;
    yield* this.suspect;
    yield* this.ready;
  }
}
