import type { SlotList } from './slot-list.ts';
import { State } from './transitions.ts';

/** The pool's record of one connection, from the wish to open it until it is gone. */
export class Slot<T> {
  /** Shown to users as `connectionId`. */
  readonly id: number;
  state: State = State.reserving;
  /** Counts the slot's transitions. An answer (or a lease) carries the number it was given under, and is stale when it differs. */
  generation = 0;
  connection: T | undefined = undefined;
  /** Times it was lent. */
  uses = 0;

  // Moments on the pool's clock. They start as fractions so that the engine stores them as doubles from the beginning.
  /** Entered its present state. */
  since = 0.5;
  openedAt = 0.5;
  /** Last came back from a caller, or was opened: what idling is measured from. A ping does not renew it. */
  usedAt = 0.5;
  /** Last answered a ping, or was opened. */
  provenAt = 0.5;
  /** `uses` at that time. */
  provenUses = 0;
  /** Not to be lent from here on. */
  expiresAt: number = Infinity;
  /** Not to be lent before. */
  parkedUntil: number = -Infinity;
  /** This connection's own, jittered share of the keep-alive interval. */
  pingEveryMs: number = Infinity;

  /** The pool's `suspicion` when this one was last proven; when they differ it is suspect. */
  trust = 0;
  /** The pool's `round` when its opening began: openings of one round fail for one reason. */
  round = 0;
  attempt = 1;
  /** Why it must not be lent again once it comes back; undefined while it may. */
  doom: string | undefined = undefined;
  /** Why it is closing. */
  reason: string | undefined = undefined;
  error: unknown = undefined;
  /** Closing politely, or not. */
  graceful = false;
  tag: string | undefined = undefined;
  /** Held for long on purpose. */
  longLived = false;
  /** Left idle beyond the learned limit, to see whether the peer still closes it; not to be lent. */
  testing = false;
  /** Its present lease was reported as a leak. */
  reported = false;

  // Links of the one list that holds it, and its place among the things due.
  list: SlotList<T> | undefined = undefined;
  prev: Slot<T> | undefined = undefined;
  next: Slot<T> | undefined = undefined;
  /** Infinity when nothing is due. */
  dueAt: number = Infinity;
  dueIndex = -1;

  /** What `run/` remembers beside it; the machine never looks inside. */
  beside: object | undefined = undefined;

  constructor(id: number) {
    this.id = id;
  }
}
