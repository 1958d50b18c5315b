import type { Clock } from '../clock.ts';
import type { CloseReason, Connector, InitHook, PingContext } from '../connector.ts';
import { flatten } from '../connector.ts';
import type { OpenError } from '../errors.ts';
import type { ConnectionInfo, PoolEvents } from '../events.ts';
import type { Lease, LeaseRequest } from '../lease.ts';
import type { Effect } from '../machine/effects.ts';
import { Machine } from '../machine/machine.ts';
import type { Slot } from '../machine/slot.ts';
import { tick } from '../machine/tick.ts';
import { State } from '../machine/transitions.ts';
import { Waiter } from '../machine/waiters.ts';
import type { ResolvedOptions } from '../options.ts';
import type { PoolStats } from '../stats.ts';
import { AlarmClock } from './alarm-clock.ts';
import { type Beside, beside } from './beside.ts';
import type { Caller } from './caller.ts';
import { ping, reset, stepOverdue } from './check.ts';
import { close, closeOverdue } from './close.ts';
import { closedError, type Holder, refusal, takenBack, timedOut } from './describe.ts';
import { Nesting } from './nesting.ts';
import { neutrally } from './neutral.ts';
import { openFailed, startOpening } from './open.ts';
import { LeaseToken, PoolLease } from './pool-lease.ts';
import { Reservations } from './reserve.ts';
import { snapshot } from './snapshot.ts';
import type { WorkDeadline } from './work-scope.ts';

/** What the runner needs of the pool's emitter. */
export interface Announcer {
  readonly hears: Readonly<Record<keyof PoolEvents, boolean>>;
  emit<E extends keyof PoolEvents>(event: E, ...args: PoolEvents[E]): boolean;
}

/**
 * Acts on what the machine decides. Every input to the machine goes through `input` (or does what it does): the machine decides,
 * then its effects are performed here, and only then does anything else happen. User code that calls back in the middle only adds
 * inputs.
 */
export class Runner<T> {
  readonly connector: Connector<T>;
  readonly options: ResolvedOptions<T>;
  readonly name: string;
  readonly clock: Clock;
  readonly machine: Machine<T, Caller<T>>;
  readonly initHooks: readonly InitHook<T>[];
  readonly ping: ((connection: T, context: PingContext) => void | PromiseLike<void>) | undefined;
  lastOpenError: OpenError | undefined = undefined;
  /** Remember of each lease where it was acquired (a leak was suspected) or by whom (`nestedCheck`). */
  tracks: boolean;
  readonly nesting: Nesting<T> | undefined;
  #capturesUntil = -Infinity;
  onClosed: () => void = () => {};
  readonly #announcer: Announcer;
  readonly #alarm: AlarmClock<T>;
  readonly #guards: boolean;
  readonly #reservations: Reservations<T> | undefined;
  #tracked: Map<T, Slot<T>> | undefined = undefined;
  #settling = false;
  #turn = -0.5;
  /** Wall time minus the pool's own: it jumps when the machine wakes from sleep. */
  #drift = Number.NaN;

  constructor(connector: Connector<T>, options: ResolvedOptions<T>, announcer: Announcer) {
    this.connector = connector;
    this.options = options;
    this.name = options.name;
    this.clock = options.clock;
    this.#announcer = announcer;
    this.initHooks = options.init.flatMap(flatten);
    this.ping = options.keepAlive?.ping ?? connector.ping?.bind(connector);
    this.#guards = connector.onIdle !== undefined || connector.onLend !== undefined;
    this.machine = new Machine({
      ...options,
      lanes: options.priorities,
      keepAliveMs: options.keepAlive?.intervalMs ?? Infinity,
      refuseWhenDown: options.whenDown === 'refuse',
      pings: this.ping !== undefined,
      resets: connector.reset !== undefined,
      tags: connector.tag !== undefined,
      learnsIdleLimit: options.idleLimit === 'learn',
      budgeted: options.budget.length > 0,
      random: Math.random,
    });
    this.nesting = options.nestedCheck ? Nesting.start() : undefined;
    this.tracks = this.nesting !== undefined;
    this.#alarm = new AlarmClock(this);
    this.#reservations = options.budget.length > 0 ? new Reservations(this, options.budget) : undefined;
  }

  // ── Time ─────────────────────────────────────────────────────────────────

  now(): number {
    return this.clock.now();
  }

  /** The time of this turn of the event loop: good enough for lending, and read once. */
  turn(): number {
    const now = this.clock.turn?.() ?? this.clock.now();
    if (now !== this.#turn) {
      this.#turn = now;
      if (this.clock.wall !== undefined) this.#noticeSleep(this.clock.wall(), now);
    }
    return now;
  }

  #noticeSleep(wall: number, now: number): void {
    const drift = wall - now;
    // The monotonic clock of most systems stops while the machine sleeps. What its peers did meanwhile, nobody here knows.
    if (Math.abs(drift - this.#drift) > sleptMs) this.input(() => this.machine.suspect(now));
    this.#drift = drift;
  }

  /** The alarm rings. */
  tick(): void {
    if (this.tracks && this.nesting === undefined && this.now() > this.#capturesUntil) this.tracks = false;
    this.input(tick);
  }

  /** Where a lease is acquired, while that is worth its cost. */
  site(): Error | undefined {
    return this.now() <= this.#capturesUntil ? new Error('acquired here') : undefined;
  }

  // ── Inputs ───────────────────────────────────────────────────────────────

  input(decide: (machine: Machine<T, Caller<T>>, now: number) => void): void {
    decide(this.machine, this.now());
    this.settle();
  }

  /** Performs what the machine wants done, until it wants nothing more. */
  settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    const { machine } = this;
    const { effects } = machine;
    for (let done = 0; ; ) {
      if (machine.offered !== undefined) {
        this.#handOver(machine.offered);
      } else if (done < effects.length) {
        this.#perform(effects[done++] as Effect<T, Caller<T>>);
      } else {
        effects.length = 0;
        break;
      }
    }
    this.#settling = false;
    this.#alarm.adjust();
  }

  #perform(effect: Effect<T, Caller<T>>): void {
    switch (effect.kind) {
      case 'open':
        return neutrally(startOpening(this, effect.slot));
      case 'ping':
        return neutrally(() => effect.slot.state === State.checking && ping(this, effect.slot));
      case 'reset':
        return neutrally(() => effect.slot.state === State.resetting && reset(this, effect.slot));
      case 'close':
        return this.#startClosing(effect.slot);
      case 'overdue':
        return this.#overdue(effect.slot);
      case 'cancel':
        beside(effect.slot).controller?.abort(closedError(this));
        return;
      case 'retiring':
        beside(effect.slot).retiring?.abort();
        return;
      case 'leak':
        return this.#reportLeak(effect.slot);
      case 'refuse':
        return this.#refuse(effect.waiter, effect.why);
      case 'ready':
        return this.#tell(effect.waiter, (caller) => caller.onReady?.());
      case 'notice': {
        const { code, detail } = effect;
        return this.emit('notice', () => [{ code, detail }]);
      }
      case 'overwork':
        return (effect.work as WorkDeadline<T>).passed();
      case 'reserve':
        return this.#reserve(effect.slot);
      case 'unreserve':
        beside(effect.slot).controller?.abort();
        return;
      case 'gone':
        return this.#reservations?.release(effect.slot);
      case 'closed':
        this.#alarm.stop();
        this.#reservations?.leave();
        return this.onClosed();
    }
  }

  #reserve(slot: Slot<T>): void {
    const controller = new AbortController();
    beside(slot).controller = controller;
    neutrally(() => void this.#reservations?.reserve(slot, controller.signal));
  }

  #startClosing(slot: Slot<T>): void {
    const notes = beside(slot);
    const { error } = slot;
    const reason = (slot.reason ?? 'discarded') as CloseReason;
    const info = this.info(slot);
    notes.controller?.abort(error);
    notes.controller = undefined;
    this.unguard(slot);
    this.unwatch(slot);
    notes.retiring?.abort();
    // Only for what the pool takes back by force: a lease that ended has no scope any more.
    notes.scope?.abort(takenBack(this, reason));
    notes.scope = undefined;
    this.emit('discard', () => [{ ...info, reason, ...(error === undefined ? {} : { error }) }]);
    neutrally(() => void close(this, slot));
  }

  #overdue(slot: Slot<T>): void {
    switch (slot.state) {
      case State.opening: {
        const { openTimeoutMs } = this.options;
        const notes = beside(slot);
        const step = notes.opening?.hook === undefined ? 'opening' : `the init hook ${notes.opening.hook}`;
        const cause = new Error(
          `${step} did not finish within ${openTimeoutMs} ms (openTimeoutMs, for open and init hooks together)`,
        );
        const { controller } = notes;
        openFailed(this, slot, cause, 'POOL_OPEN_TIMEOUT');
        controller?.abort(cause);
        return;
      }
      case State.checking:
        return this.machine.disproved(slot, stepOverdue(this, slot, 'ping'), this.now());
      case State.resetting:
        return this.machine.uncleaned(slot, stepOverdue(this, slot, 'reset'), this.now());
      case State.closing:
        return closeOverdue(this, slot);
      default:
    }
  }

  // ── Lending ──────────────────────────────────────────────────────────────

  /** An idle connection now, passing nobody who waits. */
  tryLend(longLived?: boolean, prefer?: readonly (string | undefined)[]): PoolLease<T> | undefined {
    const now = this.turn();
    for (;;) {
      const slot = this.machine.take(now, longLived, prefer);
      if (slot === undefined) return undefined;
      if (this.isAlive(slot.connection as T)) {
        // A lease may be the first thing that time is needed for: it could leak.
        this.#alarm.adjust();
        return this.#lease(slot, 0);
      }
      this.input(() => this.machine.dead(slot, undefined, now));
    }
  }

  #lease(slot: Slot<T>, waitedMs: number): PoolLease<T> {
    if (this.#guards) this.unguard(slot);
    this.machine.totals.acquired++;
    const lease = new PoolLease(this.#token(slot));
    if (this.#announcer.hears.acquire) this.emit('acquire', () => [{ ...this.info(slot), waitedMs }]);
    return lease;
  }

  #token(slot: Slot<T>): LeaseToken<T> {
    const notes = beside(slot);
    let { token } = notes;
    if (token === undefined) {
      token = new LeaseToken(this, slot);
      notes.tokenRef = new WeakRef(token);
    }
    notes.token = undefined;
    return token;
  }

  #handOver(slot: Slot<T>): void {
    const { machine } = this;
    if (!this.isAlive(slot.connection as T)) return machine.dead(slot, undefined, this.now());
    const now = this.turn();
    const waiter = machine.accepted(slot, now);
    if (waiter === undefined) return this.guardIdle(slot);
    const lease = this.#lease(slot, now - waiter.askedAt);
    const caller = waiter.request;
    const { label, site } = caller;
    const notes = beside(slot);
    notes.label = label;
    notes.site = site;
    notes.arrival = waiter.arrival;
    notes.askedAt = waiter.askedAt;
    notes.limitMs = waiter.limitMs;
    this.#tell(waiter, () => caller.onLease(lease));
  }

  /** Queues a caller. */
  wait(waiter: Waiter<Caller<T>>): void {
    const { abandonment } = waiter.request;
    if (abandonment !== undefined) abandonment.watch(waiter);
    this.input(() => this.machine.want(waiter, this.now()));
    if (waiter.waiting && !waiter.ofReady && this.#announcer.hears.wait) {
      this.emit('wait', () => [{ waiting: this.machine.queue.waiters.size }]);
    }
  }

  abandon(waiter: Waiter<Caller<T>>, reason: unknown): void {
    this.input(() => {
      if (!this.machine.leave(waiter, this.now())) return;
      if (!waiter.ofReady) this.machine.totals.aborted++;
      this.#tell(waiter, (caller) => caller.onRefused(reason));
    });
  }

  #refuse(waiter: Waiter<Caller<T>>, why: 'timeout' | 'closed' | 'fatal' | 'down'): void {
    const { totals } = this.machine;
    const waitedMs = this.now() - waiter.askedAt;
    if (!waiter.ofReady) {
      if (why === 'timeout') {
        totals.timedOut++;
        // What nobody has any more serves at least the next caller.
        for (const slot of this.machine.slots.leasedSlots()) this.#reclaim(slot);
      } else totals.refused++;
    }
    const error =
      why === 'timeout'
        ? timedOut(this, waiter.request, waiter.limitMs, waitedMs)
        : why === 'closed'
          ? closedError(this)
          : refusal(this);
    this.#tell(waiter, (caller) => caller.onRefused(error));
  }

  #tell(waiter: Waiter<Caller<T>>, how: (caller: Caller<T>) => void): void {
    const caller = waiter.request;
    caller.abandonment?.unwatch();
    try {
      how(caller);
    } catch (error) {
      this.fault('request', error);
    }
  }

  // ── Leases end ───────────────────────────────────────────────────────────

  release(slot: Slot<T>): void {
    const connection = slot.connection as T;
    if (!this.isAlive(connection)) return this.#end(slot, 'broken', undefined, true);
    if (!this.#isClean(connection)) return this.#end(slot, 'unclean', undefined, false);
    const now = this.turn();
    if (this.#announcer.hears.release || slot.reported) this.#announceRelease(slot, now);
    this.#forget(slot);
    if (this.connector.tag !== undefined) slot.tag = this.tagOf(connection);
    const { machine } = this;
    machine.returned(slot, now);
    if (machine.offered !== undefined || machine.effects.length > 0) this.settle();
    else this.#alarm.adjust();
    if (this.#guards) this.guardIdle(slot);
  }

  discard(slot: Slot<T>, reason: CloseReason, error: unknown): void {
    this.#end(slot, reason, error, reason === 'broken');
  }

  #end(slot: Slot<T>, reason: CloseReason, error: unknown, broke: boolean): void {
    this.#announceRelease(slot, this.now());
    this.#forget(slot);
    // When the watch saw it die, that is why it is no good.
    const why = slot.doom === 'broken' ? 'broken' : reason;
    this.input(() => this.machine.discarded(slot, why, error, broke && slot.doom !== 'broken', this.now()));
  }

  detach(slot: Slot<T>): T {
    const connection = slot.connection as T;
    this.#announceRelease(slot, this.now());
    this.#forget(slot);
    this.unwatch(slot);
    this.input(() => this.machine.detached(slot, this.now()));
    return connection;
  }

  requeue(slot: Slot<T>, request: LeaseRequest<T>): void {
    const { machine } = this;
    const { arrival, askedAt, limitMs } = beside(slot);
    const waiter = new Waiter<Caller<T>>(request, {
      arrival,
      askedAt: arrival === 0 ? slot.since : askedAt,
      limitMs: arrival === 0 ? this.options.acquireTimeoutMs : limitMs,
      lane: this.defaultLane,
      prefer: undefined,
      longLived: slot.longLived,
      ofReady: false,
    });
    machine.totals.requeued++;
    machine.totals.acquired--;
    this.#forget(slot);
    // First back in the queue, then the connection away: its replacement is for the queue's head.
    machine.want(waiter, this.now());
    this.discard(slot, 'discarded', undefined);
  }

  get defaultLane(): number {
    return Math.floor((this.options.priorities - 1) / 2);
  }

  /** Remembers something about the present lease of a connection. */
  note(lease: Lease<T>, about: Partial<Pick<Beside<T>, 'label' | 'site' | 'scope'>>): void {
    Object.assign(beside(PoolLease.slotOf(lease as PoolLease<T>)), about);
  }

  #forget(slot: Slot<T>): void {
    const notes = beside(slot);
    notes.retiring = undefined;
    notes.label = undefined;
    notes.site = undefined;
    notes.scope = undefined;
    notes.arrival = 0;
  }

  retiring(slot: Slot<T>): AbortSignal {
    const notes = beside(slot);
    if (notes.retiring === undefined) {
      notes.retiring = new AbortController();
      if (slot.doom !== undefined || this.machine.state === 'closing') notes.retiring.abort();
    }
    return notes.retiring.signal;
  }

  broken(slot: Slot<T>, error: unknown): void {
    this.input(() => this.machine.broken(slot, error, this.now()));
  }

  // ── The user's word, asked with care ─────────────────────────────────────

  isAlive(connection: T): boolean {
    const { connector } = this;
    if (connector.isAlive === undefined) return true;
    try {
      return connector.isAlive(connection);
    } catch (error) {
      this.fault('isAlive', error);
      return false;
    }
  }

  #isClean(connection: T): boolean {
    const { connector } = this;
    if (connector.isClean === undefined) return true;
    try {
      return connector.isClean(connection);
    } catch (error) {
      this.fault('isClean', error);
      return false;
    }
  }

  tagOf(connection: T): string | undefined {
    try {
      return this.connector.tag?.(connection);
    } catch (error) {
      this.fault('tag', error);
      return undefined;
    }
  }

  /** From now on, which slot a connection is in. */
  trackConnections(): ReadonlyMap<T, Slot<T>> {
    this.#tracked ??= new Map();
    return this.#tracked;
  }

  track(slot: Slot<T>, connection: T): void {
    this.#tracked?.set(connection, slot);
  }

  /** Tells the connector, once, that this connection is idle now, if it is. */
  guardIdle(slot: Slot<T>): void {
    if (!this.#guards || slot.state !== State.idle) return;
    const notes = beside(slot);
    if (notes.guarded) return;
    notes.guarded = true;
    try {
      this.connector.onIdle?.(slot.connection as T);
    } catch (error) {
      this.fault('onIdle', error);
    }
  }

  /** ... and that it is not. */
  unguard(slot: Slot<T>): void {
    const notes = beside(slot);
    if (!notes.guarded) return;
    notes.guarded = false;
    try {
      this.connector.onLend?.(slot.connection as T);
    } catch (error) {
      this.fault('onLend', error);
    }
  }

  /** The connection leaves the pool. */
  unwatch(slot: Slot<T>): void {
    this.#tracked?.delete(slot.connection as T);
    const notes = beside(slot);
    const { unwatch } = notes;
    notes.unwatch = undefined;
    try {
      unwatch?.();
    } catch (error) {
      this.fault('watch', error);
    }
  }

  // ── Telling ──────────────────────────────────────────────────────────────

  emit<E extends keyof PoolEvents>(event: E, payload: () => PoolEvents[E]): void {
    if (!this.#announcer.hears[event]) return;
    const made = payload();
    neutrally(() => this.#announcer.emit(event, ...made));
  }

  fault(where: string, error: unknown): void {
    this.emit('fault', () => [{ where, error }]);
  }

  info(slot: Slot<T>): ConnectionInfo {
    return { connectionId: slot.id, ageMs: Math.max(0, this.now() - slot.openedAt), uses: slot.uses };
  }

  stats(): PoolStats {
    return snapshot(this.machine, this.now());
  }

  /** Who has a connection now. */
  holders(): Holder[] {
    const now = this.now();
    return [...this.machine.slots.leasedSlots()].map((slot) => ({
      connectionId: slot.id,
      heldMs: now - slot.since,
      label: beside(slot).label,
      stack: beside(slot).site?.stack,
    }));
  }

  #announceRelease(slot: Slot<T>, now: number): void {
    if (slot.reported) this.#announceReturn(slot, now);
    this.emit('release', () => [{ ...this.info(slot), heldMs: Math.max(0, now - slot.since) }]);
  }

  #announceReturn(slot: Slot<T>, now: number): void {
    const { label } = beside(slot);
    this.emit('leakReturned', () => [{ ...this.info(slot), heldMs: now - slot.since, label }]);
  }

  #reportLeak(slot: Slot<T>): void {
    this.tracks = true;
    this.#capturesUntil = this.now() + 10 * this.options.leakAfterMs;
    if (!this.#reclaim(slot)) this.#announceLeak(slot, false);
  }

  /** True when nobody has the lease any more. Its connection may be in the middle of anything: it is replaced. */
  #reclaim(slot: Slot<T>): boolean {
    const { tokenRef, token } = beside(slot);
    if (slot.state !== State.leased || token !== undefined || tokenRef?.deref() !== undefined) return false;
    this.#announceLeak(slot, true);
    this.#end(slot, 'leaked', undefined, false);
    return true;
  }

  #announceLeak(slot: Slot<T>, dropped: boolean): void {
    const { label, site } = beside(slot);
    const heldMs = this.now() - slot.since;
    this.emit('leak', () => [{ ...this.info(slot), heldMs, label, stack: site?.stack, dropped }]);
  }
}

/** Clocks are corrected by less than this; machines sleep for longer. */
const sleptMs = 5_000;
