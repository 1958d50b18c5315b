import { Averages } from './averages.ts';
import type { Deadline } from './deadlines.ts';
import type { Effect } from './effects.ts';
import type { Limits } from './limits.ts';
import { noteFailure, type OpenFailure } from './open-failure.ts';
import { Probing, togetherMs } from './probing.ts';
import { deliverable, floor, pump } from './pump.ts';
import { Queue } from './queue.ts';
import type { Slot } from './slot.ts';
import { activeAt, Slots } from './slots.ts';
import { Timetable } from './timetable.ts';
import { Totals } from './totals.ts';
import { Event, State } from './transitions.ts';
import type { Waiter } from './waiters.ts';

export type PoolState = 'open' | 'suspended' | 'closing' | 'closed';

/**
 * Decides everything and does nothing. Synchronous and deterministic: methods are inputs, each with the time it happened; what
 * they want done stands in `effects` and `offered` afterwards. It knows no promise, timer, emitter or connector.
 *
 * In the order of a connection's life: callers come (`take`, `want`), `pump.ts` matches and opens, answers arrive (`opened` …
 * `closed`), leases end (`returned`, `discarded`, `detached`). Orders from outside are in `orders.ts`, time in `tick.ts`.
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
  /** Somebody else waits for so many of this pool's permits ... */
  pressure = 0;
  /** ... since then. */
  pressedAt = 0;
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
      this.#settle(slot, () => this.slots.comeBack(slot, now), now);
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

  /** What was taken or offered turns out to be dead, before anybody had it. */
  dead(slot: Slot<T>, error: unknown, now: number, retryInMs?: number): void {
    // Whoever was asked may have reported it already.
    if (slot.state !== State.leased) return;
    if (this.offered === slot) this.offered = undefined;
    slot.uses--;
    const isNews = slot.doom !== 'broken';
    this.slots.end(slot, 'broken', error, false, now);
    if (isNews) this.#broke(slot, now, retryInMs);
    this.pump(now);
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
    const doom = this.whyNotAgain(slot, now);
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

  /** It must not be lent again. `broke` when the connection failed, as against having been given up. */
  discarded(slot: Slot<T>, reason: string, error: unknown, broke: boolean, now: number): void {
    this.heldUntil(slot, now);
    this.slots.end(slot, reason, error, false, now);
    if (broke) this.#broke(slot, now);
    this.pump(now);
  }

  /** Its holder keeps it for good. */
  detached(slot: Slot<T>, now: number): void {
    this.heldUntil(slot, now);
    this.totals.detached++;
    this.slots.leave(slot, Event.detached, now);
    this.pump(now);
  }

  private heldUntil(slot: Slot<T>, now: number): void {
    // The clock of a turn may be behind.
    const heldMs = now > slot.since ? now - slot.since : 0;
    if (heldMs > 0) this.totals.leasedMs += heldMs;
    if (!slot.longLived) this.averages.held(heldMs);
  }

  // ── Answers ──────────────────────────────────────────────────────────────

  permitted(slot: Slot<T>, now: number): void {
    const { probing, slots } = this;
    // Meanwhile a failure may have closed the window: a permit is no reason to storm. Or the pool was suspended, or shrank.
    const stillWanted = this.state === 'open' && slots.total <= this.effectiveMax;
    if (!stillWanted || now < probing.opensAt() || slots.opening.size >= probing.window) return this.unpermitted(slot, now);
    this.isMissed = false;
    slots.open(slot, probing.round, probing.attempt, now);
  }

  unpermitted(slot: Slot<T>, now: number): void {
    this.slots.leave(slot, Event.unwanted, now);
    this.pump(now);
  }

  opened(slot: Slot<T>, connection: T, tag: string | undefined, now: number): void {
    this.totals.opened++;
    this.averages.opened(now - slot.since);
    this.probing.succeeded(this.max);
    this.#settle(slot, () => this.slots.opened(slot, connection, tag, now), now);
    this.pump(now);
  }

  openFailed(slot: Slot<T>, failure: OpenFailure<T>, now: number): void {
    this.totals.openFailed++;
    // Before the slot leaves: it is one of those that began together.
    if (failure.cancelled !== true) noteFailure(this, slot, failure, now);
    if (failure.connection === undefined) {
      this.slots.leave(slot, Event.failed, now);
    } else {
      this.totals.opened++;
      slot.connection = failure.connection;
      this.slots.end(slot, 'init-failed', failure.error, false, now);
    }
    this.pump(now);
  }

  proved(slot: Slot<T>, now: number): void {
    this.#settle(slot, () => this.slots.proved(slot, now), now);
    this.pump(now);
  }

  cleaned(slot: Slot<T>, tag: string | undefined, now: number): void {
    slot.tag = tag;
    this.#settle(slot, () => this.slots.cleaned(slot, now), now);
    this.pump(now);
  }

  /** Its ping failed. */
  disproved(slot: Slot<T>, error: unknown, now: number, retryInMs?: number): void {
    this.slots.end(slot, 'ping-failed', error, false, now);
    this.#broke(slot, now, retryInMs);
    this.pump(now);
  }

  uncleaned(slot: Slot<T>, error: unknown, now: number): void {
    this.slots.end(slot, 'reset-failed', error, false, now);
    this.pump(now);
  }

  /** The connector saw it die. */
  broken(slot: Slot<T>, error: unknown, now: number, retryInMs?: number): void {
    switch (slot.state) {
      case State.idle:
        this.#learn(slot, now);
        this.slots.end(slot, 'broken', error, false, now);
        break;
      case State.checking:
      case State.resetting:
        this.slots.end(slot, 'broken', error, false, now);
        break;
      case State.leased:
        if (slot === this.offered) return this.dead(slot, error, now, retryInMs);
        if (slot.doom === 'broken') return;
        // Its holder finds out by itself. Until it comes back it counts; then it goes.
        slot.error = error;
        slot.doom = 'broken';
        this.slots.effect('retiring', slot);
        break;
      default:
        return;
    }
    this.#broke(slot, now, retryInMs);
    this.pump(now);
  }

  /** The permit of its connection was lost: it has to go at once, whoever has it. */
  lost(slot: Slot<T>, now: number): void {
    switch (slot.state) {
      case State.leased:
        if (slot === this.offered) this.offered = undefined;
        this.heldUntil(slot, now);
        break;
      case State.idle:
      case State.checking:
      case State.resetting:
        break;
      default:
        return;
    }
    this.slots.end(slot, 'permit-lost', undefined, false, now);
    this.pump(now);
  }

  closed(slot: Slot<T>, now: number): void {
    this.totals.closedFor(slot.reason ?? 'discarded');
    this.slots.leave(slot, Event.closed, now);
    this.pump(now);
  }

  /** It outlasted every limit and cannot be destroyed: nothing more can be done, and its place must not be lost for ever. */
  abandoned(slot: Slot<T>, now: number): void {
    this.totals.abandoned++;
    this.slots.leave(slot, Event.abandoned, now);
    this.pump(now);
  }

  /** To idle, or, when it must not be lent again, out. */
  #settle(slot: Slot<T>, toIdle: () => void, now: number): void {
    toIdle();
    const doom = this.whyNotAgain(slot, now);
    if (doom !== undefined) this.slots.end(slot, doom, slot.error, true, now);
  }

  private whyNotAgain(slot: Slot<T>, now: number): string | undefined {
    if (slot.doom !== undefined) return slot.doom;
    if (slot.uses >= this.limits.maxUses) return 'max-uses';
    if (now >= slot.expiresAt) return 'max-lifetime';
    return this.isShrunk || this.pressure > 0 ? this.#whyTooMany(now) : undefined;
  }

  #whyTooMany(now: number): string | undefined {
    if (this.isShrunk && this.#isTooMany()) return 'resized';
    if (this.pressure > 0 && this.slots.live > floor(this)) {
      // Callers of its own come first, but not for ever: then the other pool gets one connection, and the patience starts anew.
      if (this.queue.waiters.size === 0 || now - this.pressedAt >= patienceMs) {
        this.pressure--;
        this.pressedAt = now;
        return 'budget';
      }
    }
    return undefined;
  }

  /** The peer closed it while it was idle: perhaps it closes all at this age. */
  #learn(slot: Slot<T>, now: number): void {
    const { slots, limits } = this;
    if (!limits.learnsIdleLimit) return;
    const { idleLimit } = slots;
    const { safeMs } = idleLimit;
    const isNew = idleLimit.died(now - activeAt(slot), now);
    if (idleLimit.safeMs !== safeMs) for (const idle of slots.idle) slots.comeDue(idle);
    if (isNew) this.notice('idle-limit', { estimateMs: slots.idleLimit.estimateMs });
  }

  notice(code: string, detail: unknown): void {
    this.effects.push({ kind: 'notice', code, detail });
  }

  /** `retryInMs`: what the backoff says for the case that nobody has used it. */
  #isTooMany(): boolean {
    this.isShrunk = this.slots.live > this.effectiveMax;
    return this.isShrunk;
  }

  #broke(slot: Slot<T>, now: number, retryInMs = 0): void {
    const { probing } = this;
    if (slot.uses === 0 && now - slot.openedAt < togetherMs) probing.brokeUnused(slot.round, now + retryInMs);
    if (probing.broke(now)) this.suspect(now);
  }

  /** Siblings of connections that broke, or of a machine that slept: to be pinged before they are lent, if they can be. */
  suspect(now: number): void {
    const { slots } = this;
    slots.suspicion++;
    if (!this.limits.pings) return;
    for (const slot of slots.idle.ready) slots.rearrange(slot, now);
  }

  /** Whatever happened: matches callers to connections, and asks for more. */
  pump(now: number): void {
    pump(this, now);
  }
}

/** How long a pool with callers of its own keeps its connections from a pool that waits for a permit. */
const patienceMs = 500;
