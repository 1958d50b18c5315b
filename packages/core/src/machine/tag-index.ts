import type { Slot } from './slot.ts';

/** The ready connections by tag, least recently used first. */
export class TagIndex<T> {
  readonly #byTag = new Map<string | undefined, Set<Slot<T>>>();

  add(slot: Slot<T>): void {
    const set = this.#byTag.get(slot.tag);
    if (set === undefined) this.#byTag.set(slot.tag, new Set([slot]));
    else set.add(slot);
  }

  delete(slot: Slot<T>): void {
    const set = this.#byTag.get(slot.tag);
    if (set === undefined) return;
    set.delete(slot);
    if (set.size === 0) this.#byTag.delete(slot.tag);
  }

  /** One with the first of these tags that any has. */
  find(tags: readonly (string | undefined)[]): Slot<T> | undefined {
    for (const tag of tags) {
      const slot = this.#byTag.get(tag)?.values().next().value;
      if (slot !== undefined) return slot;
    }
    return undefined;
  }
}
