import { Deadline, type Deadlines } from './deadlines.ts';

/** A caller in the queue. `request` is what `run/` answers it with; the machine never looks inside. */
export class Waiter<R> extends Deadline {
  readonly request: R;
  /** Order of arrival, kept by work that is put back. */
  readonly arrival: number;
  readonly askedAt: number;
  readonly lane: number;
  readonly prefer: readonly (string | undefined)[] | undefined;
  readonly longLived: boolean;
  /** Waits for the pool to be ready, not for a connection. */
  readonly ofReady: boolean;
  waiting = false;
  ahead: Waiter<R> | undefined = undefined;
  behind: Waiter<R> | undefined = undefined;

  constructor(
    request: R,
    asked: {
      readonly arrival: number;
      readonly askedAt: number;
      readonly limitMs: number;
      readonly lane: number;
      readonly prefer: readonly (string | undefined)[] | undefined;
      readonly longLived: boolean;
      readonly ofReady: boolean;
    },
  ) {
    super(asked.limitMs, asked.askedAt + asked.limitMs);
    this.request = request;
    this.arrival = asked.arrival;
    this.askedAt = asked.askedAt;
    this.lane = asked.lane;
    this.prefer = asked.prefer;
    this.longLived = asked.longLived;
    this.ofReady = asked.ofReady;
  }
}

interface Lane<R> {
  first: Waiter<R> | undefined;
  last: Waiter<R> | undefined;
}

/** The queue: one lane per priority, first come first served within it. Joining and leaving cost the same at any length. */
export class Waiters<R> {
  size = 0;
  readonly #lanes: Lane<R>[];
  readonly #deadlines: Deadlines;

  constructor(lanes: number, deadlines: Deadlines) {
    this.#lanes = Array.from({ length: lanes }, () => ({ first: undefined, last: undefined }));
    this.#deadlines = deadlines;
  }

  /** Takes its place by arrival: last, unless it was here before. */
  add(waiter: Waiter<R>): void {
    const lane = this.#lanes[waiter.lane] as Lane<R>;
    let before = lane.last;
    // Only work that was put back passes anybody, and it stands at the head: look from whichever end is nearer to that.
    if (before !== undefined && before.arrival > waiter.arrival) {
      before = undefined;
      for (let next = lane.first; next !== undefined && next.arrival <= waiter.arrival; next = next.behind) before = next;
    }
    const after = before === undefined ? lane.first : before.behind;
    waiter.ahead = before;
    waiter.behind = after;
    if (before === undefined) lane.first = waiter;
    else before.behind = waiter;
    if (after === undefined) lane.last = waiter;
    else after.ahead = waiter;
    waiter.waiting = true;
    this.size++;
    this.#deadlines.add(waiter);
  }

  remove(waiter: Waiter<R>): void {
    const lane = this.#lanes[waiter.lane] as Lane<R>;
    const { ahead, behind } = waiter;
    if (ahead === undefined) lane.first = behind;
    else ahead.behind = behind;
    if (behind === undefined) lane.last = ahead;
    else behind.ahead = ahead;
    waiter.ahead = undefined;
    waiter.behind = undefined;
    waiter.waiting = false;
    this.size--;
    this.#deadlines.remove(waiter);
  }

  /** Whose turn it is. */
  get head(): Waiter<R> | undefined {
    for (const lane of this.#lanes) {
      if (lane.first !== undefined) return lane.first;
    }
    return undefined;
  }

  /** Who has waited longest, whatever the lane. */
  get oldest(): Waiter<R> | undefined {
    let oldest: Waiter<R> | undefined;
    for (const { first } of this.#lanes) {
      if (first !== undefined && (oldest === undefined || first.arrival < oldest.arrival)) oldest = first;
    }
    return oldest;
  }
}
