import { Averages } from './averages.ts';
import { broke, learnFromUse } from './breaking.ts';
import type { Deadline } from './deadlines.ts';
import type { Effect } from './effects.ts';
import { endIfUnfit, whyNotAgain } from './fitness.ts';
import type { Limits } from './limits.ts';
import { Probing } from './probing.ts';
import { deliverable, pump } from './pump.ts';
import { Queue } from './queue.ts';
import type { Slot } from './slot.ts';
import { Slots } from './slots.ts';
import { Timetable } from './timetable.ts';
import { Totals } from './totals.ts';
import { Event } from './transitions.ts';
import type { Waiter } from './waiters.ts';

export type PoolState = 'open' | 'suspended' | 'closing' | 'closed';

/**
 * Decides everything and does nothing. Synchronous and deterministic: methods are inputs, each with the time it happened; what
 * they want done stands in `effects` and `offered` afterwards. It knows no promise, timer, emitter or connector.
 *
 * Callers come here, and leases end here. The other inputs have a file for each side they come from: `answers.ts` (what was to be
 * done is done), `breaking.ts` (a connection died), `orders.ts` (owner and connector), `tick.ts` (time). After each of them `pump.ts`
 * matches callers to connections, and opens. `transitions.ts` says what may become of a connection, `slots.ts` does it.
 */
export class Machine<T, R> {
  state: PoolState = 'open';
  min: number;
  max: number;
  readonly limits: Limits;
  /** Connections that idled for long are pinged before they are lent. */
  readonly provesOnLend: boolean;
  /** To be performed in order. */
  readonly effects: Effect<T, R>[] = [];
  /** Lent to nobody yet: `run/` asks whether it is alive and answers `accepted` or `dead`. One at a time. */
  offered: Slot<T> | undefined = undefined;
  readonly timetable = new Timetable<T>();
  readonly slots: Slots<T>;
  readonly queue: Queue<R>;
  readonly averages = new Averages();
  readonly probing = new Probing();
  readonly totals = new Totals();
  /** Fewer connections for a while, because the peer or the connector says so. */
  limitMax: number = Infinity;
  limitUntil: number = -Infinity;
  /** Leases that had not come back when the drain was over. */
  readonly forced: { readonly slot: Slot<T>; readonly heldMs: number }[] = [];
  /** The maximum was lowered, and there may still be more than that: asked before counting, which is done for every lease. */
  isShrunk = false;
  /** A caller that does not wait found nothing: one connection more would have helped. */
  isMissed = false;

  constructor(limits: Limits) {
    this.limits = limits;
    this.provesOnLend = limits.pingAfterIdleMs !== Infinity;
    this.min = limits.min;
    this.max = limits.max;
    this.slots = new Slots(limits, this.timetable, this.effects as Effect<T, never>[]);
    this.queue = new Queue(limits.lanes, this.timetable.deadlines, this.effects as Effect<never, R>[]);
  }

  get effectiveMax(): number {
    return Math.min(this.max, this.limitMax);
  }

  /** Somebody waits for what only time or the peer can bring: the process must not end now. */
  get awaited(): boolean {
    return this.queue.size > 0 || this.state === 'closing';
  }

  // ── Callers come and go ──────────────────────────────────────────────────

  /** An idle connection for a caller that passes nobody; undefined when there is none to be had at once. */
  take(now: number, longLived = false, prefer?: readonly (string | undefined)[]): Slot<T> | undefined {
    if (this.queue.waiters.size > 0 || this.state !== 'open') return undefined;
    let slot = this.slots.idle.choose(prefer);
    // Nearly always nothing is due for it, and that is all there is to know.
    if (slot !== undefined && (now >= slot.dueAt || this.provesOnLend)) slot = deliverable(this, prefer, now);
    if (slot !== undefined) this.slots.lend(slot, longLived, now);
    return slot;
  }

  /** A caller that does not wait went away empty-handed: open one, so that the next finds it. */
  missed(now: number): void {
    this.isMissed = true;
    this.pump(now);
  }

  /** A caller queues: for a connection, or (`ofReady`) until enough of them are there. */
  want(waiter: Waiter<R>, now: number): void {
    if (this.state === 'closing' || this.state === 'closed') return this.queue.refuse(waiter, 'closed');
    this.queue.join(waiter);
    this.timetable.dueBy(waiter.dueAt);
    this.pump(now);
  }

  /** A caller gives up; false when it was answered already. */
  leave(waiter: Waiter<R>, now: number): boolean {
    if (!waiter.waiting) return false;
    this.queue.leave(waiter);
    this.pump(now);
    return true;
  }

  /** The offered connection is alive: whose is it? Undefined when nobody waits any more; it is idle again then. */
  accepted(slot: Slot<T>, now: number): Waiter<R> | undefined {
    this.offered = undefined;
    // Whoever was asked may have changed everything.
    const isFit = this.slots.isReady(slot, now) && slot.doom === undefined;
    const waiter = this.state === 'open' && isFit ? this.queue.waiters.head : undefined;
    if (waiter === undefined) {
      // Nobody has had it.
      slot.uses--;
      this.slots.comeBack(slot, now);
      endIfUnfit(this, slot, now);
    } else {
      this.queue.leave(waiter);
      if (waiter.longLived) {
        slot.longLived = true;
        this.slots.holdLong(slot);
      }
      this.totals.waited++;
      this.totals.waitedMs += Math.max(0, now - waiter.askedAt);
    }
    this.pump(now);
    return waiter;
  }

  /** A limit that is not a wait, on the same timer. */
  limit(deadline: Deadline): void {
    this.timetable.deadlines.add(deadline);
    this.timetable.dueBy(deadline.dueAt);
  }

  // ── Leases end ───────────────────────────────────────────────────────────

  /** It came back, alive and clean. */
  returned(slot: Slot<T>, now: number): void {
    this.heldUntil(slot, now);
    this.probing.stillborn = 0;
    if (slot.usedAt !== now) slot.usedAt = now;
    const doom = whyNotAgain(this, slot, now);
    if (doom !== undefined) return this.#endReturned(slot, doom, now);
    if (this.limits.resets) this.slots.reset(slot, now);
    else this.slots.comeBack(slot, now);
    // While nobody waits it changes nothing for anybody.
    if (this.queue.size > 0) this.pump(now);
  }

  #endReturned(slot: Slot<T>, doom: string, now: number): void {
    this.slots.end(slot, doom, slot.error, true, now);
    this.pump(now);
  }

  /** It must not be lent again. `isBroken`: the connection failed, as against having been given up. */
  discarded(slot: Slot<T>, reason: string, error: unknown, isBroken: boolean, now: number): void {
    this.heldUntil(slot, now);
    if (isBroken) learnFromUse(this, slot, now);
    this.slots.end(slot, reason, error, false, now);
    if (isBroken) broke(this, slot, now);
    this.pump(now);
  }

  /** Its holder keeps it for good. */
  detached(slot: Slot<T>, now: number): void {
    this.heldUntil(slot, now);
    this.totals.detached++;
    this.slots.leave(slot, Event.detached, now);
    this.pump(now);
  }

  heldUntil(slot: Slot<T>, now: number): void {
    // The clock of a turn may be behind.
    const heldMs = now > slot.since ? now - slot.since : 0;
    if (heldMs > 0) this.totals.leasedMs += heldMs;
    if (!slot.longLived) this.averages.held(heldMs);
  }

  notice(code: string, detail: unknown): void {
    this.effects.push({ kind: 'notice', code, detail });
  }

  /** Whatever happened: matches callers to connections, and asks for more. */
  pump(now: number): void {
    pump(this, now);
  }
}
