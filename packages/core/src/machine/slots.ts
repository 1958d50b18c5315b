import type { Effect, SlotEffect } from './effects.ts';
import { idleDueAt } from './idle-due.ts';
import { IdleLimit } from './idle-limit.ts';
import { IdleSet } from './idle-set.ts';
import type { Limits } from './limits.ts';
import { Slot } from './slot.ts';
import { SlotList } from './slot-list.ts';
import type { Timetable } from './timetable.ts';
import { Event, follow, State } from './transitions.ts';

/**
 * Every slot, in the one container of its state, and every transition once. Which transition is made is the machine's decision;
 * what goes with it (the list, the limit that starts to run, the effect) is settled here.
 */
export class Slots<T> {
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
  /** Raised when connections become suspect: those proven under an older number must answer a ping before they are lent. */
  suspicion = 0;
  /** All of them: what `max` bounds. */
  total = 0;
  readonly idleLimit = new IdleLimit();
  readonly limits: Limits;
  private readonly timetable: Timetable<T>;
  private readonly effects: Effect<T, never>[];
  private lastId = 0;

  constructor(limits: Limits, timetable: Timetable<T>, effects: Effect<T, never>[]) {
    this.limits = limits;
    this.timetable = timetable;
    this.effects = effects;
    this.idle = new IdleSet(limits.order, limits.tags);
  }

  // ── How many ─────────────────────────────────────────────────────────────

  get leasedCount(): number {
    return this.leased.size + this.leasedLong.size;
  }

  /** Opened, and not on their way out. */
  get established(): number {
    return this.live - this.reserving.size - this.opening.size;
  }

  /** On their way in, or established. */
  get live(): number {
    return this.total - this.closing.size;
  }

  *[Symbol.iterator](): Generator<Slot<T>, void, undefined> {
    yield* this.reserving;
    yield* this.opening;
    yield* this.idle;
    yield* this.checking;
    yield* this.leasedSlots();
    yield* this.resetting;
    yield* this.closing;
  }

  *leasedSlots(): Generator<Slot<T>, void, undefined> {
    yield* this.leasedLong;
    yield* this.leased;
  }

  // ── In ───────────────────────────────────────────────────────────────────

  reserve(now: number): Slot<T> {
    const slot = new Slot<T>(++this.lastId);
    slot.since = now;
    this.reserving.push(slot);
    this.total++;
    if (this.limits.budgeted) this.effect('reserve', slot);
    return slot;
  }

  open(slot: Slot<T>, round: number, attempt: number, now: number): void {
    slot.round = round;
    slot.attempt = attempt;
    this.move(slot, Event.permitted, this.opening, now);
    this.timetable.dueBy(now + this.limits.openTimeoutMs);
    this.effect('open', slot);
  }

  opened(slot: Slot<T>, connection: T, tag: string | undefined, now: number): void {
    const { keepAliveMs, maxLifetimeMs, random } = this.limits;
    slot.connection = connection;
    slot.tag = tag;
    slot.openedAt = now;
    slot.usedAt = now;
    slot.provenAt = now;
    slot.trust = this.suspicion;
    // A tenth of jitter, so that connections born together do not die together.
    slot.expiresAt = Math.min(slot.expiresAt, now + maxLifetimeMs * (1 - 0.1 * random()));
    // The first ping falls anywhere in the interval: that spreads them over the pool.
    slot.pingEveryMs = keepAliveMs * (0.1 + 0.8 * random());
    this.toIdle(slot, Event.opened, now);
  }

  // ── Lent and back ────────────────────────────────────────────────────────

  lend(slot: Slot<T>, longLived: boolean, now: number): void {
    this.move(slot, Event.lent, longLived ? this.leasedLong : this.leased, now);
    slot.uses++;
    slot.longLived = longLived;
    slot.reported = false;
    if (!longLived && this.timetable.leakAt === Infinity) this.timetable.leakBy(now + this.limits.leakAfterMs);
  }

  /** It is not coming back soon. */
  holdLong(slot: Slot<T>): void {
    this.leased.remove(slot);
    this.leasedLong.push(slot);
  }

  comeBack(slot: Slot<T>, now: number): void {
    this.toIdle(slot, Event.returned, now);
  }

  reset(slot: Slot<T>, now: number): void {
    this.move(slot, Event.soiled, this.resetting, now);
    this.timetable.dueBy(now + this.limits.resetTimeoutMs);
    this.effect('reset', slot);
  }

  cleaned(slot: Slot<T>, now: number): void {
    this.toIdle(slot, Event.cleaned, now);
  }

  // ── Idle ─────────────────────────────────────────────────────────────────

  check(slot: Slot<T>, now: number): void {
    this.move(slot, Event.checked, this.checking, now);
    this.timetable.dueBy(now + this.limits.pingTimeoutMs);
    this.effect('ping', slot);
  }

  proved(slot: Slot<T>, now: number): void {
    slot.provenAt = now;
    slot.provenUses = slot.uses;
    slot.trust = this.suspicion;
    slot.pingEveryMs = this.limits.keepAliveMs * (0.9 + 0.1 * this.limits.random());
    this.toIdle(slot, Event.proved, now);
  }

  /** An idle slot whose standing may have changed goes to the list where it now belongs. */
  rearrange(slot: Slot<T>, now: number): void {
    const from = slot.list as SlotList<T>;
    const to = this.idleListOf(slot, now);
    if (from === to) return;
    from.remove(slot);
    this.idle.tags?.delete(slot);
    to.push(slot);
    if (to === this.idle.ready) this.idle.tags?.add(slot);
    this.comeDue(slot);
  }

  /** Sees to it that the slot gets the attention it wants in time. */
  comeDue(slot: Slot<T>): void {
    this.timetable.attend(slot, slot.state === State.idle ? idleDueAt(this, slot) : slot.expiresAt);
  }

  /** As far as others than its holder can say, it may be lent. */
  isReady(slot: Slot<T>, now: number): boolean {
    return this.idleListOf(slot, now) === this.idle.ready;
  }

  /** It has idled too long: it must prove itself, whatever the others do. */
  distrust(slot: Slot<T>, now: number): void {
    slot.trust = -1;
    this.rearrange(slot, now);
  }

  // ── Out ──────────────────────────────────────────────────────────────────

  end(slot: Slot<T>, reason: string, error: unknown, graceful: boolean, now: number): void {
    slot.reason = reason;
    slot.error ??= error;
    slot.graceful = graceful && reason !== 'broken';
    this.timetable.forget(slot);
    this.move(slot, Event.ended, this.closing, now);
    this.timetable.dueBy(now + this.limits.closeTimeoutMs);
    this.effect('close', slot);
  }

  /** To be closed when what it is in the middle of is over. */
  doom(slot: Slot<T>, reason: string): void {
    if (slot.doom !== undefined || slot.state === State.closing || slot.state === State.gone) return;
    slot.doom = reason;
    if (slot.state === State.leased) this.effect('retiring', slot);
  }

  leave(slot: Slot<T>, event: Event, now: number): void {
    this.timetable.forget(slot);
    this.move(slot, event, undefined, now);
    this.total--;
    slot.connection = undefined;
    slot.error = undefined;
    if (this.limits.budgeted) this.effect('gone', slot);
  }

  effect(kind: SlotEffect<T>['kind'], slot: Slot<T>): void {
    this.effects.push({ kind, slot, generation: slot.generation });
  }

  // ── Each move ────────────────────────────────────────────────────────────

  private move(slot: Slot<T>, event: Event, to: SlotList<T> | undefined, now: number): void {
    slot.state = follow(slot.state, event);
    slot.generation++;
    if (slot.since !== now) slot.since = now;
    const from = slot.list as SlotList<T>;
    this.idle.tags?.delete(slot);
    if (to === undefined) from.remove(slot);
    else from.transfer(slot, to);
  }

  private toIdle(slot: Slot<T>, event: Event, now: number): void {
    const list = this.idleListOf(slot, now);
    this.move(slot, event, list, now);
    // A ping is no use: the slot goes back to the end where those unused for long stand, or it would never age.
    if (event === Event.proved) list.toHead(slot);
    if (this.idle.tags !== undefined && list === this.idle.ready) this.idle.tags.add(slot);
    // Its entry may be early. It is late when, while it was lent, it stood for the end of the lifetime, or something nearer came up.
    // And a ping that was asked for before its time draws lots for the next.
    const isLate = slot.dueAt >= slot.expiresAt || list !== this.idle.ready || this.idleLimit.known;
    if (isLate || event === Event.proved) this.comeDue(slot);
  }

  private idleListOf(slot: Slot<T>, now: number): SlotList<T> {
    // What is over waits there too, for the tick that ends it.
    if (slot.testing || slot.parkedUntil > now || now >= slot.expiresAt) return this.idle.parked;
    // What has idled too long is suspect even where nothing can be pinged.
    const isSuspect = slot.trust !== this.suspicion && (slot.trust < 0 || this.limits.pings);
    return isSuspect ? this.idle.suspect : this.idle.ready;
  }
}
