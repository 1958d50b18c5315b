/** Something that must not last longer than its limit: a caller's wait, a caller's work. */
export class Deadline {
  readonly limitMs: number;
  readonly dueAt: number;
  list: DeadlineList | undefined = undefined;
  earlier: Deadline | undefined = undefined;
  later: Deadline | undefined = undefined;

  constructor(limitMs: number, dueAt: number) {
    this.limitMs = limitMs;
    this.dueAt = dueAt;
  }
}

interface DeadlineList {
  readonly limitMs: number;
  /** At or before the due time of the first entry: entries leave without the heap being told. */
  wakeAt: number;
  first: Deadline | undefined;
  last: Deadline | undefined;
}

/**
 * Any number of deadlines with one timer. Those with the same limit form one list, which is in order of time by itself; a heap
 * of these lists, of which there are few, knows the earliest. So adding and removing a deadline is a matter of a few pointers,
 * where a timer each would cost more than all the rest of a wait.
 */
export class Deadlines {
  readonly #lists = new Map<number, DeadlineList>();
  readonly #heap: DeadlineList[] = [];

  /** When to look; Infinity when nothing is due ever. May be early, never late. */
  get earliest(): number {
    return this.#heap[0]?.wakeAt ?? Infinity;
  }

  add(entry: Deadline): void {
    if (entry.dueAt === Infinity) return;
    let list = this.#lists.get(entry.limitMs);
    if (list === undefined) {
      list = { limitMs: entry.limitMs, wakeAt: entry.dueAt, first: undefined, last: undefined };
      this.#lists.set(entry.limitMs, list);
      this.#push(list);
    }
    let before = list.last;
    // Work that was put back in the queue keeps its old deadline, so it may belong further forward.
    while (before !== undefined && before.dueAt > entry.dueAt) before = before.earlier;
    const after = before === undefined ? list.first : before.later;
    entry.list = list;
    entry.earlier = before;
    entry.later = after;
    if (before === undefined) list.first = entry;
    else before.later = entry;
    if (after === undefined) list.last = entry;
    else after.earlier = entry;
    if (entry.dueAt < list.wakeAt) {
      list.wakeAt = entry.dueAt;
      this.#rise(this.#heap.indexOf(list));
    }
  }

  remove(entry: Deadline): void {
    const { list, earlier, later } = entry;
    if (list === undefined) return;
    if (earlier === undefined) list.first = later;
    else earlier.later = later;
    if (later === undefined) list.last = earlier;
    else later.earlier = earlier;
    entry.list = undefined;
    entry.earlier = undefined;
    entry.later = undefined;
  }

  /** Takes out one entry that is due by `now`; undefined when there is none left. */
  take(now: number): Deadline | undefined {
    for (;;) {
      const list = this.#heap[0];
      if (list === undefined || list.wakeAt > now) return undefined;
      const { first } = list;
      if (first === undefined) {
        this.#lists.delete(list.limitMs);
        this.#pop();
      } else if (first.dueAt > now) {
        list.wakeAt = first.dueAt;
        this.#sink();
      } else {
        this.remove(first);
        return first;
      }
    }
  }

  #push(list: DeadlineList): void {
    this.#heap.push(list);
    this.#rise(this.#heap.length - 1);
  }

  #pop(): void {
    const last = this.#heap.pop() as DeadlineList;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if ((heap[above] as DeadlineList).wakeAt <= (heap[index] as DeadlineList).wakeAt) return;
      this.#swap(index, above);
      index = above;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child =
        right < heap.length && (heap[right] as DeadlineList).wakeAt < (heap[left] as DeadlineList).wakeAt ? right : left;
      if ((heap[child] as DeadlineList).wakeAt >= (heap[index] as DeadlineList).wakeAt) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const held = heap[a] as DeadlineList;
    heap[a] = heap[b] as DeadlineList;
    heap[b] = held;
  }
}
