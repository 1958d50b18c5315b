import { Averages } from './averages.ts';
import { type Deadline, Deadlines } from './deadlines.ts';
import { DueHeap } from './due-heap.ts';
import type { Effect, Refusal, SlotEffect } from './effects.ts';
import { IdleSet } from './idle-set.ts';
import type { Limits } from './limits.ts';
import { Probing } from './probing.ts';
import { Slot } from './slot.ts';
import { SlotList } from './slot-list.ts';
import { Totals } from './totals.ts';
import { Event, follow, State } from './transitions.ts';
import { Waiter, Waiters } from './waiters.ts';

export type PoolState = 'open' | 'suspended' | 'closing' | 'closed';

/**
 * Decides everything and does nothing. Synchronous and deterministic: methods are inputs, each with the time it happened;
 * what they want done stands in `effects` and `offered` afterwards. It knows no promise, timer, emitter or connector.
 *
 * Reading order: `take` and `want` (a caller comes), `#pump` (the one place that moves work), `opened` … `closed` (answers),
 * `tick` (time).
 */
export class Machine<T, R> {
  state: PoolState = 'open';
  min: number;
  max: number;
  readonly limits: Limits;
  readonly totals = new Totals();

  // Containers: a slot stands in exactly one.
  readonly reserving = new SlotList<T>();
  readonly opening = new SlotList<T>();
  readonly idle: IdleSet<T>;
  readonly checking = new SlotList<T>();
  /** Lent, and by all experience soon back ... */
  readonly leased = new SlotList<T>();
  /** ... or not: held for long on purpose, or longer than is usual. */
  readonly leasedLong = new SlotList<T>();
  readonly resetting = new SlotList<T>();
  readonly closing = new SlotList<T>();

  readonly deadlines = new Deadlines();
  readonly waiters: Waiters<R>;
  readonly readyCallers: Waiters<R>;
  readonly averages = new Averages();
  readonly probing = new Probing();
  readonly due = new DueHeap<T>();

  /** To be performed in order. */
  readonly effects: Effect<T, R>[] = [];
  /** Lent to nobody yet: `run/` asks whether it is alive and answers `accepted` or `dead`. One at a time. */
  offered: Slot<T> | undefined = undefined;
  /** When `tick` is wanted at the latest. May be early, never late. */
  wakeAt: number = Infinity;

  /** Leases that had not come back when the drain was over. */
  readonly forced: { readonly slot: Slot<T>; readonly heldMs: number }[] = [];
  suspicion = 0;
  vintage = 0;
  /** A fewer-connections-for-a-while of the peer or the connector. */
  limitMax: number = Infinity;
  limitUntil: number = -Infinity;
  #leakAt: number = Infinity;
  #drainBy: number = Infinity;
  #arrivals = 0;
  #lastId = 0;
  /** A caller that does not wait found nothing: one connection more would have helped. */
  #missed = false;

  constructor(limits: Limits) {
    this.limits = limits;
    this.min = limits.min;
    this.max = limits.max;
    this.idle = new IdleSet(limits.order, limits.tags);
    this.waiters = new Waiters(limits.lanes, this.deadlines);
    this.readyCallers = new Waiters(1, this.deadlines);
  }

  // ── How it stands ────────────────────────────────────────────────────────

  get leasedCount(): number {
    return this.leased.size + this.leasedLong.size;
  }

  /** Opened, and not on their way out. */
  get established(): number {
    return this.idle.size + this.checking.size + this.leasedCount + this.resetting.size;
  }

  get total(): number {
    return this.reserving.size + this.opening.size + this.established + this.closing.size;
  }

  get effectiveMax(): number {
    return Math.min(this.max, this.limitMax);
  }

  /** Somebody waits for something that only time or the peer can bring: the process must not end now. */
  get awaited(): boolean {
    return this.waiters.size > 0 || this.readyCallers.size > 0 || this.state === 'closing';
  }

  *slots(): Generator<Slot<T>, void, undefined> {
    yield* this.reserving;
    yield* this.opening;
    yield* this.idle;
    yield* this.checking;
    yield* this.leasedLong;
    yield* this.leased;
    yield* this.resetting;
    yield* this.closing;
  }

  // ── Callers come and go ──────────────────────────────────────────────────

  /** An idle connection for a caller that passes nobody; undefined when there is none to be had at once. */
  take(now: number, longLived = false, prefer?: readonly (string | undefined)[]): Slot<T> | undefined {
    if (this.waiters.size > 0 || this.state !== 'open') return undefined;
    const slot = this.#deliverable(prefer, now);
    if (slot !== undefined) this.#lend(slot, longLived, now);
    return slot;
  }

  /** A caller that does not wait went away empty-handed: open one, so that the next finds it. */
  missed(now: number): void {
    this.#missed = true;
    this.#pump(now);
  }

  arrival(): number {
    return ++this.#arrivals;
  }

  /** A caller queues: for a connection, or (`ofReady`) until enough of them are there. */
  want(waiter: Waiter<R>, now: number): void {
    if (this.state === 'closing' || this.state === 'closed') return this.#refuse(waiter, 'closed');
    this.#queueOf(waiter).add(waiter);
    this.#dueBy(waiter.dueAt);
    this.#pump(now);
  }

  /** A caller gives up; false when it was answered already. */
  leave(waiter: Waiter<R>, now: number): boolean {
    if (!waiter.waiting) return false;
    this.#queueOf(waiter).remove(waiter);
    this.#pump(now);
    return true;
  }

  /** The offered connection is alive: whose is it? Undefined when nobody waits any more; it is idle again then. */
  accepted(slot: Slot<T>, now: number): Waiter<R> | undefined {
    this.offered = undefined;
    const waiter = this.state === 'open' ? this.waiters.head : undefined;
    if (waiter === undefined) {
      this.#idle(slot, Event.returned, false, now);
      this.#pump(now);
      return undefined;
    }
    this.waiters.remove(waiter);
    if (waiter.longLived) this.#holdLong(slot);
    this.totals.waited++;
    this.totals.waitedMs += now - waiter.askedAt;
    this.#pump(now);
    return waiter;
  }

  /** What was taken or offered turns out to be dead, before anybody had it. */
  dead(slot: Slot<T>, error: unknown, now: number): void {
    if (this.offered === slot) this.offered = undefined;
    slot.uses--;
    this.#end(slot, 'broken', error, false, now);
    this.#broke(now);
    this.#pump(now);
  }

  /** A limit that is not a wait, on the same timer. */
  limit(deadline: Deadline): void {
    this.deadlines.add(deadline);
    this.#dueBy(deadline.dueAt);
  }

  // ── Leases end ───────────────────────────────────────────────────────────

  /** It came back, alive and clean. */
  returned(slot: Slot<T>, now: number): void {
    this.#heldUntil(slot, now);
    slot.usedAt = now;
    const doom = this.#whyNotAgain(slot, now);
    if (doom !== undefined) {
      this.#end(slot, doom, undefined, true, now);
    } else if (this.limits.resets) {
      this.#move(slot, Event.soiled, this.resetting, now);
      this.#dueBy(now + this.limits.resetTimeoutMs);
      this.#effect('reset', slot);
      return;
    } else {
      this.#idle(slot, Event.returned, false, now);
      if (this.waiters.size === 0) return;
    }
    this.#pump(now);
  }

  /** It must not be lent again. `broke` when the connection failed, as against having been given up. */
  discarded(slot: Slot<T>, reason: string, error: unknown, broke: boolean, now: number): void {
    this.#heldUntil(slot, now);
    this.#end(slot, reason, error, false, now);
    if (broke) this.#broke(now);
    this.#pump(now);
  }

  /** Its holder keeps it for good. */
  detached(slot: Slot<T>, now: number): void {
    this.#heldUntil(slot, now);
    this.#move(slot, Event.detached, undefined, now);
    this.totals.detached++;
    this.#gone(slot, now);
  }

  // ── Answers ──────────────────────────────────────────────────────────────

  permitted(slot: Slot<T>, now: number): void {
    // Meanwhile a failure may have closed the window: a permit is no reason to storm.
    if (now < this.probing.opensAt() || this.opening.size >= this.probing.window) return this.unpermitted(slot, now);
    this.#open(slot, Event.permitted, now);
  }

  unpermitted(slot: Slot<T>, now: number): void {
    this.#move(slot, Event.unwanted, undefined, now);
    this.#gone(slot, now);
  }

  opened(slot: Slot<T>, connection: T, tag: string | undefined, now: number): void {
    const { limits } = this;
    this.totals.opened++;
    this.averages.opened(now - slot.since);
    this.probing.succeeded(this.max);
    slot.connection = connection;
    slot.tag = tag;
    slot.openedAt = now;
    slot.usedAt = now;
    slot.provenAt = now;
    slot.trust = this.suspicion;
    // A tenth of jitter, so that connections born together do not die together.
    slot.expiresAt = Math.min(slot.expiresAt, now + limits.maxLifetimeMs * (1 - 0.1 * limits.random()));
    // The first ping falls anywhere in the interval: that spreads them over the pool.
    slot.pingEveryMs = limits.keepAliveMs * (0.1 + 0.8 * limits.random());
    this.#idle(slot, Event.opened, false, now);
    const doom = this.#whyNotAgain(slot, now);
    if (doom !== undefined) this.#end(slot, doom, undefined, true, now);
    this.#pump(now);
  }

  /** With a connection when it was opened but not made usable; it is closed then. */
  openFailed(slot: Slot<T>, failure: OpenFailure<T>, now: number): void {
    this.totals.openFailed++;
    if (failure.connection !== undefined) {
      this.totals.opened++;
      slot.connection = failure.connection;
      this.#end(slot, 'init-failed', failure.error, false, now);
    } else {
      this.#move(slot, Event.failed, undefined, now);
    }
    if (failure.cancelled !== true) this.#failed(slot, failure, now);
    if (slot.state === State.gone) this.#gone(slot, now);
    else this.#pump(now);
  }

  #failed(slot: Slot<T>, failure: OpenFailure<T>, now: number): void {
    const { probing } = this;
    probing.failed(slot.round, failure.error, now + failure.retryInMs);
    const { verdict } = failure;
    if (verdict === 'fatal') {
      probing.fatal = true;
      probing.down = true;
    } else if (verdict === 'retry') {
      probing.down = true;
    } else if ('pauseMs' in verdict) {
      this.pause(verdict.pauseMs, now);
    } else {
      this.lowerMax(this.established, verdict.limitForMs, now);
    }
  }

  proved(slot: Slot<T>, now: number): void {
    slot.provenAt = now;
    slot.trust = this.suspicion;
    slot.pingEveryMs = this.limits.keepAliveMs * (0.9 + 0.1 * this.limits.random());
    this.#afterService(slot, Event.proved, now);
  }

  cleaned(slot: Slot<T>, tag: string | undefined, now: number): void {
    slot.tag = tag;
    this.#afterService(slot, Event.cleaned, now);
  }

  /** Its ping failed. */
  disproved(slot: Slot<T>, error: unknown, now: number): void {
    this.#end(slot, 'ping-failed', error, false, now);
    this.#broke(now);
    this.#pump(now);
  }

  uncleaned(slot: Slot<T>, error: unknown, now: number): void {
    this.#end(slot, 'reset-failed', error, false, now);
    this.#pump(now);
  }

  /** The connector saw it die. */
  broken(slot: Slot<T>, error: unknown, now: number): void {
    switch (slot.state) {
      case State.idle:
      case State.checking:
      case State.resetting:
        this.#end(slot, 'broken', error, false, now);
        break;
      case State.leased:
        // Its holder finds out by itself; until then it still counts, and it will not come back to be lent.
        if (slot.doom === 'broken') return;
        slot.doom = 'broken';
        slot.error = error;
        this.#effect('retiring', slot);
        break;
      default:
        return;
    }
    this.#broke(now);
    this.#pump(now);
  }

  closed(slot: Slot<T>, now: number): void {
    this.totals.closedFor(slot.reason ?? 'closed');
    this.#move(slot, Event.closed, undefined, now);
    this.#gone(slot, now);
  }

  /** It outlasted every limit and cannot be destroyed: nothing more can be done, and capacity must not be lost for ever. */
  abandoned(slot: Slot<T>, now: number): void {
    this.totals.abandoned++;
    this.#move(slot, Event.abandoned, undefined, now);
    this.#gone(slot, now);
  }

  // ── Orders ───────────────────────────────────────────────────────────────

  suspend(): void {
    if (this.state === 'open') this.state = 'suspended';
  }

  resume(now: number): void {
    if (this.state === 'suspended') this.state = 'open';
    this.probing.forgive();
    this.#pump(now);
  }

  recycle(now: number): void {
    this.vintage++;
    this.probing.forgive();
    for (const slot of this.slots()) {
      if (slot.state === State.idle) this.#end(slot, 'recycled', undefined, true, now);
      else this.#doom(slot, 'recycled');
    }
    this.#pump(now);
  }

  resize(min: number, max: number, now: number): void {
    this.min = min;
    this.max = max;
    this.#shrink(now);
    // What idled under the old `min` may have to go under the new one.
    for (const slot of this.idle) this.due.add(slot, this.#dueAt(slot));
    this.#dueBy(this.due.earliest);
    this.#pump(now);
  }

  /** At most this many (but one may always be tried), for a while. */
  lowerMax(max: number, forMs: number, now: number): void {
    this.limitMax = Math.max(1, max);
    this.limitUntil = now + forMs;
    this.#dueBy(this.limitUntil);
    this.#shrink(now);
    this.#pump(now);
  }

  pause(forMs: number, now: number): void {
    this.probing.pausedUntil = Math.max(this.probing.pausedUntil, now + forMs);
    this.#pump(now);
  }

  retire(slot: Slot<T>, reason: string, now: number): void {
    if (slot.state === State.idle) {
      this.#end(slot, reason, undefined, true, now);
      this.#pump(now);
    } else {
      this.#doom(slot, reason);
    }
  }

  expireAt(slot: Slot<T>, at: number): void {
    if (at >= slot.expiresAt) return;
    slot.expiresAt = at;
    this.#comeDue(slot);
  }

  park(slot: Slot<T>, forMs: number, now: number): void {
    slot.parkedUntil = Math.max(slot.parkedUntil, now + forMs);
    if (slot.state === State.idle) this.#rearrange(slot, now);
  }

  /** Siblings of connections that broke, or of a machine that slept: to be pinged before they are lent, if they can be. */
  suspect(now: number): void {
    this.suspicion++;
    if (!this.limits.pings) return;
    for (const slot of this.idle.ready) this.#rearrange(slot, now);
    this.#pump(now);
  }

  /** Refuse callers, end what is idle, wait for leases until `drainBy`. */
  close(drainBy: number, now: number): void {
    if (this.state === 'closed') return;
    this.#drainBy = Math.min(this.#drainBy, drainBy);
    this.#dueBy(this.#drainBy);
    if (this.state !== 'closing') {
      this.state = 'closing';
      for (const waiter of drained(this.waiters)) this.#refuse(waiter, 'closed');
      for (const waiter of drained(this.readyCallers)) this.#refuse(waiter, 'closed');
      for (const slot of this.slots()) this.#endForClose(slot, now);
    }
    this.#pump(now);
  }

  #endForClose(slot: Slot<T>, now: number): void {
    switch (slot.state) {
      case State.reserving:
        this.#effect('unreserve', slot);
        break;
      case State.opening:
        this.#effect('cancel', slot);
        break;
      case State.idle:
        this.#end(slot, 'pool-closed', undefined, true, now);
        break;
      case State.checking:
      case State.resetting:
        this.#end(slot, 'pool-closed', undefined, false, now);
        break;
      default:
        this.#doom(slot, 'pool-closed');
    }
  }

  // ── Time ─────────────────────────────────────────────────────────────────

  tick(now: number): void {
    for (;;) {
      const deadline = this.deadlines.take(now);
      if (deadline === undefined) break;
      if (deadline instanceof Waiter) this.#expire(deadline as Waiter<R>);
      else this.effects.push({ kind: 'overwork', work: deadline });
    }
    const { limits } = this;
    this.#overdue(this.opening, now - limits.openTimeoutMs);
    this.#overdue(this.checking, now - limits.pingTimeoutMs);
    this.#overdue(this.resetting, now - limits.resetTimeoutMs);
    this.#overdue(this.closing, now - limits.closeTimeoutMs);
    for (let slot = this.due.take(now); slot !== undefined; slot = this.due.take(now)) this.#attend(slot, now);
    if (now >= this.limitUntil) this.limitMax = Infinity;
    if (now >= this.#leakAt) this.#sweepLeaks(now);
    if (now >= this.#drainBy) this.#force(now);
    this.#pump(now);
    this.wakeAt = this.#nextDue(now);
  }

  #overdue(list: SlotList<T>, since: number): void {
    for (let slot = list.head; slot !== undefined && slot.since <= since; slot = slot.next) this.#effect('overdue', slot);
  }

  /** Something about this slot may be due: find out what, and when to look again. */
  #attend(slot: Slot<T>, now: number): void {
    if (slot.state === State.leased) {
      if (now >= slot.expiresAt) this.#doom(slot, 'max-lifetime');
      // Otherwise it is put back in when it returns.
      else this.due.add(slot, slot.expiresAt);
      return;
    }
    if (slot.state !== State.idle) return;
    if (slot.parkedUntil <= now && slot.list === this.idle.parked) this.#rearrange(slot, now);
    if (now >= slot.expiresAt) {
      this.#end(slot, 'max-lifetime', undefined, true, now);
    } else if (now >= slot.usedAt + this.limits.idleTimeoutMs && this.#live > this.#floor) {
      this.#end(slot, 'idle-timeout', undefined, true, now);
    } else if (now >= this.#pingAt(slot)) {
      this.#check(slot, now);
    } else {
      const at = this.#dueAt(slot);
      // Kept for `min` although it idled too long: look again one idle timeout from now.
      this.due.add(slot, at > now ? at : Math.min(now + Math.max(1000, this.limits.idleTimeoutMs), slot.expiresAt, this.#pingAt(slot)));
    }
  }

  #pingAt(slot: Slot<T>): number {
    return Math.max(slot.usedAt, slot.provenAt) + slot.pingEveryMs;
  }

  #dueAt(slot: Slot<T>): number {
    const parked = slot.list === this.idle.parked ? slot.parkedUntil : Infinity;
    return Math.min(slot.usedAt + this.limits.idleTimeoutMs, slot.expiresAt, this.#pingAt(slot), parked);
  }

  #nextDue(now: number): number {
    const { limits } = this;
    let at = Math.min(
      this.deadlines.earliest,
      this.due.earliest,
      this.#leakAt,
      this.#drainBy,
      (this.opening.head?.since ?? Infinity) + limits.openTimeoutMs,
      (this.checking.head?.since ?? Infinity) + limits.pingTimeoutMs,
      (this.resetting.head?.since ?? Infinity) + limits.resetTimeoutMs,
      (this.closing.head?.since ?? Infinity) + limits.closeTimeoutMs,
    );
    if (this.limitMax !== Infinity) at = Math.min(at, this.limitUntil);
    const opensAt = this.probing.opensAt();
    if (opensAt > now) at = Math.min(at, opensAt);
    return Math.min(at, this.#returnsOverdueAt());
  }

  #dueBy(at: number): void {
    if (at < this.wakeAt) this.wakeAt = at;
  }

  #expire(waiter: Waiter<R>): void {
    this.#queueOf(waiter).remove(waiter);
    this.#refuse(waiter, 'timeout');
  }

  #sweepLeaks(now: number): void {
    this.#leakAt = Infinity;
    for (const list of [this.leasedLong, this.leased]) {
      for (const slot of list) {
        if (slot.reported || slot.longLived) continue;
        if (now - slot.since < this.limits.leakAfterMs) {
          this.#leakAt = Math.min(this.#leakAt, slot.since + this.limits.leakAfterMs);
          // The rest of this list was lent later still.
          if (list === this.leased) break;
          continue;
        }
        slot.reported = true;
        this.#effect('leak', slot);
      }
    }
  }

  #force(now: number): void {
    this.#drainBy = Infinity;
    for (const list of [this.leasedLong, this.leased]) {
      for (const slot of list) {
        this.forced.push({ slot, heldMs: now - slot.since });
        this.#end(slot, 'pool-closed', undefined, false, now);
      }
    }
    for (const slot of this.opening) this.#effect('overdue', slot);
  }

  // ── The pump: whatever happened, this and nothing else matches callers to connections and asks for more ──

  #pump(now: number): void {
    // An offer is out: its answer pumps again.
    if (this.offered !== undefined) return;
    if (this.state === 'closing') {
      if (this.total === 0) {
        this.state = 'closed';
        this.effects.push({ kind: 'closed' });
      }
      return;
    }
    if (this.state !== 'open') return;
    const head = this.waiters.head;
    if (head !== undefined) {
      const slot = this.#deliverable(head.prefer, now);
      if (slot !== undefined) {
        this.#lend(slot, false, now);
        this.offered = slot;
        return;
      }
      this.#checkForWaiters(now);
    }
    if (this.#isReady) {
      for (const waiter of drained(this.readyCallers)) this.effects.push({ kind: 'ready', waiter });
    }
    this.#refuseHopeless();
    this.#openWanted(now);
  }

  get #isReady(): boolean {
    return this.established >= Math.max(1, Math.min(this.min, this.effectiveMax));
  }

  #deliverable(prefer: readonly (string | undefined)[] | undefined, now: number): Slot<T> | undefined {
    const slot = this.idle.choose(prefer);
    if (slot === undefined || !this.#stale(slot, now)) return slot;
    const { freshest } = this.idle;
    return freshest === undefined || this.#stale(freshest, now) ? undefined : freshest;
  }

  /** It must answer a ping before it is lent, for having idled so long. */
  #stale(slot: Slot<T>, now: number): boolean {
    return this.limits.pings && now - Math.max(slot.usedAt, slot.provenAt) >= this.limits.pingAfterIdleMs;
  }

  #checkForWaiters(now: number): void {
    while (this.checking.size < this.waiters.size) {
      const slot = this.idle.suspect.tail ?? this.idle.ready.tail;
      if (slot === undefined) return;
      this.#check(slot, now);
    }
  }

  get #live(): number {
    return this.reserving.size + this.opening.size + this.established;
  }

  /** How many to keep whether or not anybody asks. */
  get #floor(): number {
    const least = Math.min(this.min, this.effectiveMax);
    return this.readyCallers.size > 0 ? Math.max(1, least) : least;
  }

  /** How many more should be on their way, were it not for the peer's health; negative when some are not wanted. */
  shortage(now: number): number {
    const coming = this.reserving.size + this.opening.size;
    const room = this.effectiveMax - this.total;
    const toFloor = this.#floor - this.#live;
    let forWaiters = this.waiters.size - coming - this.checking.size - this.resetting.size;
    if (forWaiters > 0) forWaiters -= this.#servedByReturns(now);
    const forMissed = this.#missed && this.idle.size + coming === 0 ? 1 : -Infinity;
    return Math.min(Math.max(toFloor, forWaiters, forMissed), room);
  }

  /**
   * Callers that returning connections will serve sooner than new ones could. Trusted only while nobody has waited longer than an
   * opening takes: then the returns did not come.
   */
  #servedByReturns(now: number): number {
    const { averages, leased } = this;
    if (!averages.returnsAreSooner) return 0;
    const oldest = this.waiters.oldest;
    if (oldest !== undefined && now - oldest.askedAt >= averages.openMs) return 0;
    for (let slot = leased.head; slot !== undefined && now - slot.since >= averages.soonMs; slot = leased.head) {
      leased.remove(slot);
      this.leasedLong.push(slot);
    }
    if (leased.size === 0) return 0;
    this.#dueBy(this.#returnsOverdueAt());
    return leased.size * averages.servedByOne;
  }

  /** When callers left to returning connections must be thought of again. */
  #returnsOverdueAt(): number {
    const { averages, waiters, leased } = this;
    if (waiters.size === 0 || leased.head === undefined || !averages.returnsAreSooner) return Infinity;
    const oldest = waiters.oldest as Waiter<R>;
    return Math.min(oldest.askedAt + averages.openMs, leased.head.since + averages.soonMs);
  }

  #openWanted(now: number): void {
    let wanted = this.shortage(now);
    this.#missed = false;
    for (; wanted < 0 && this.reserving.tail !== undefined; wanted++) {
      const slot = this.reserving.tail;
      this.#effect('unreserve', slot);
      this.#move(slot, Event.unwanted, undefined, now);
    }
    if (wanted <= 0 || this.probing.fatal) return;
    const opensAt = this.probing.opensAt();
    if (now < opensAt) return this.#dueBy(opensAt);
    while (wanted-- > 0 && this.opening.size + this.reserving.size < this.probing.window) {
      const slot = new Slot<T>(++this.#lastId);
      slot.vintage = this.vintage;
      if (this.limits.budgeted) {
        slot.since = now;
        this.reserving.push(slot);
        this.#effect('reserve', slot);
      } else {
        this.reserving.push(slot);
        this.#open(slot, Event.permitted, now);
      }
    }
  }

  #open(slot: Slot<T>, event: Event, now: number): void {
    slot.round = this.probing.round;
    slot.attempt = this.probing.attempt;
    this.#move(slot, event, this.opening, now);
    this.#dueBy(now + this.limits.openTimeoutMs);
    this.#effect('open', slot);
  }

  // ── Each transition, once ────────────────────────────────────────────────

  #move(slot: Slot<T>, event: Event, to: SlotList<T> | undefined, now: number): void {
    slot.state = follow(slot.state, event);
    slot.generation++;
    slot.since = now;
    const from = slot.list as SlotList<T>;
    from.remove(slot);
    if (from === this.idle.ready) this.idle.left(slot);
    if (to !== undefined) to.push(slot);
  }

  #lend(slot: Slot<T>, longLived: boolean, now: number): void {
    this.#move(slot, Event.lent, longLived ? this.leasedLong : this.leased, now);
    slot.uses++;
    slot.longLived = longLived;
    slot.reported = false;
    if (this.#leakAt === Infinity && !longLived) {
      this.#leakAt = now + this.limits.leakAfterMs;
      this.#dueBy(this.#leakAt);
    }
  }

  #holdLong(slot: Slot<T>): void {
    slot.longLived = true;
    this.leased.remove(slot);
    this.leasedLong.push(slot);
  }

  #heldUntil(slot: Slot<T>, now: number): void {
    const heldMs = now - slot.since;
    this.totals.leasedMs += heldMs;
    if (!slot.longLived) this.averages.held(heldMs);
  }

  /** Into the idle set, at the end where connections last used stand, or (after service) at the other. */
  #idle(slot: Slot<T>, event: Event, cold: boolean, now: number): void {
    const list = this.#idleListOf(slot, now);
    this.#move(slot, event, undefined, now);
    if (cold) list.unshift(slot);
    else list.push(slot);
    if (list === this.idle.ready) this.idle.joined(slot);
    if (slot.dueIndex < 0) this.#comeDue(slot);
  }

  #idleListOf(slot: Slot<T>, now: number): SlotList<T> {
    if (slot.parkedUntil > now) return this.idle.parked;
    return slot.trust !== this.suspicion && this.limits.pings ? this.idle.suspect : this.idle.ready;
  }

  /** An idle slot whose standing changed goes to the list where it now belongs. */
  #rearrange(slot: Slot<T>, now: number): void {
    const from = slot.list as SlotList<T>;
    const to = this.#idleListOf(slot, now);
    if (from === to) return;
    from.remove(slot);
    if (from === this.idle.ready) this.idle.left(slot);
    to.push(slot);
    if (to === this.idle.ready) this.idle.joined(slot);
    this.#comeDue(slot);
  }

  #comeDue(slot: Slot<T>): void {
    this.due.add(slot, slot.state === State.idle ? this.#dueAt(slot) : slot.expiresAt);
    this.#dueBy(slot.dueIndex < 0 ? Infinity : slot.dueAt);
  }

  #check(slot: Slot<T>, now: number): void {
    this.#move(slot, Event.checked, this.checking, now);
    this.#dueBy(now + this.limits.pingTimeoutMs);
    this.#effect('ping', slot);
  }

  #afterService(slot: Slot<T>, event: Event, now: number): void {
    const doom = this.#whyNotAgain(slot, now);
    if (doom !== undefined) this.#end(slot, doom, undefined, true, now);
    else this.#idle(slot, event, event === Event.proved, now);
    this.#pump(now);
  }

  #end(slot: Slot<T>, reason: string, error: unknown, graceful: boolean, now: number): void {
    slot.reason = reason;
    slot.error ??= error;
    slot.graceful = graceful && reason !== 'broken';
    this.due.remove(slot);
    this.#move(slot, Event.ended, this.closing, now);
    this.#dueBy(now + this.limits.closeTimeoutMs);
    this.#effect('close', slot);
  }

  #gone(slot: Slot<T>, now: number): void {
    this.due.remove(slot);
    slot.connection = undefined;
    slot.error = undefined;
    this.#pump(now);
  }

  /** It is lent (or being opened, pinged, cleaned): to be closed when that is over. */
  #doom(slot: Slot<T>, reason: string): void {
    if (slot.doom !== undefined || slot.state === State.closing || slot.state === State.gone) return;
    slot.doom = reason;
    if (slot.state === State.leased) this.#effect('retiring', slot);
  }

  #whyNotAgain(slot: Slot<T>, now: number): string | undefined {
    if (slot.doom !== undefined) return slot.doom;
    if (slot.uses >= this.limits.maxUses) return 'max-uses';
    if (now >= slot.expiresAt) return 'max-lifetime';
    if (slot.vintage !== this.vintage) return 'recycled';
    if (this.state === 'closing') return 'pool-closed';
    if (this.total - this.closing.size > this.effectiveMax) return 'resized';
    return undefined;
  }

  /** Over the maximum: idle ones go at once, the longest unused first; for the rest, as many holders are asked to hurry. */
  #shrink(now: number): void {
    let excess = this.total - this.closing.size - this.effectiveMax;
    for (const slot of this.idle) {
      if (excess <= 0) return;
      this.#end(slot, 'resized', undefined, true, now);
      excess--;
    }
    for (const list of [this.leasedLong, this.leased]) {
      for (const slot of list) {
        if (excess <= 0) return;
        this.#effect('retiring', slot);
        excess--;
      }
    }
  }

  #broke(now: number): void {
    if (this.probing.broke(now)) this.suspect(now);
  }

  // ── Refusals ─────────────────────────────────────────────────────────────

  /** While opening cannot help, callers that it would have to serve are told at once. */
  #refuseHopeless(): void {
    const { probing } = this;
    if (!probing.fatal && !(this.limits.refuseWhenDown && probing.down)) return;
    const why = probing.fatal ? 'fatal' : 'down';
    if (this.idle.size + this.checking.size === 0) {
      for (const waiter of drained(this.waiters)) this.#refuse(waiter, why);
    }
    if (!this.#isReady) {
      for (const waiter of drained(this.readyCallers)) this.#refuse(waiter, why);
    }
  }

  #queueOf(waiter: Waiter<R>): Waiters<R> {
    return waiter.ofReady ? this.readyCallers : this.waiters;
  }

  #refuse(waiter: Waiter<R>, why: Refusal): void {
    this.effects.push({ kind: 'refuse', waiter, why });
  }

  #effect(kind: SlotEffect<T>['kind'], slot: Slot<T>): void {
    this.effects.push({ kind, slot });
  }
}

function* drained<R>(waiters: Waiters<R>): Generator<Waiter<R>, void, undefined> {
  for (let waiter = waiters.head; waiter !== undefined; waiter = waiters.head) {
    waiters.remove(waiter);
    yield waiter;
  }
}

export interface OpenFailure<T> {
  readonly error: unknown;
  readonly verdict: 'retry' | 'fatal' | { readonly limitForMs: number } | { readonly pauseMs: number };
  readonly retryInMs: number;
  readonly connection?: T | undefined;
  /** It was called off, so it says nothing about the peer. */
  readonly cancelled?: boolean;
}
