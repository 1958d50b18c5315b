import type { Clock } from '../clock.ts';
import type { Connector, InitHook, PingContext } from '../connector.ts';
import { flatten } from '../connector.ts';
import type { OpenError } from '../errors.ts';
import type { ConnectionInfo, PoolEvents } from '../events.ts';
import { suspect } from '../machine/breaking.ts';
import type { Effect } from '../machine/effects.ts';
import { Machine } from '../machine/machine.ts';
import type { Slot } from '../machine/slot.ts';
import { tick } from '../machine/tick.ts';
import type { ResolvedOptions } from '../options.ts';
import type { PoolStats } from '../stats.ts';
import { AlarmClock } from './alarm-clock.ts';
import { beside } from './beside.ts';
import type { Caller } from './caller.ts';
import type { Holder } from './describe.ts';
import { Hooks } from './hooks.ts';
import { LeakWatch } from './leak-watch.ts';
import { handOver } from './lend.ts';
import { neutrally } from './neutral.ts';
import { perform } from './perform.ts';
import { Reservations } from './reserve.ts';
import { snapshot } from './snapshot.ts';

/** What the runner needs of the pool's emitter. */
export interface Announcer {
  readonly hears: Readonly<Record<keyof PoolEvents, boolean>>;
  emit<E extends keyof PoolEvents>(event: E, ...args: PoolEvents[E]): boolean;
}

/**
 * Acts on what the machine decides. An input is decided first, then its effects are performed, and only then does anything else
 * happen: user code that calls back in the middle only adds inputs.
 *
 * `lend.ts` hands connections out and `take-back.ts` takes them back; `open.ts`, `check.ts` and `close.ts` do what takes time,
 * and `perform.ts` says which of them an effect means.
 */
export class Runner<T> {
  readonly connector: Connector<T>;
  readonly options: ResolvedOptions<T>;
  readonly name: string;
  readonly clock: Clock;
  readonly initHooks: readonly InitHook<T>[];
  readonly ping: ((connection: T, context: PingContext) => void | PromiseLike<void>) | undefined;
  readonly machine: Machine<T, Caller<T>>;
  readonly hooks: Hooks<T>;
  readonly alarm: AlarmClock<T>;
  readonly leaks: LeakWatch<T>;
  readonly reservations: Reservations<T> | undefined;
  /** Which events somebody listens to. */
  readonly hears: Announcer['hears'];
  lastOpenError: OpenError | undefined = undefined;
  onClosed: () => void = () => {};
  readonly #announcer: Announcer;
  #tracked: Map<T, Slot<T>> | undefined = undefined;
  #settling = false;
  #survey: Survey | undefined = undefined;
  private lastTurn = -0.5;
  /** Wall time minus the pool's own: it jumps when the machine wakes from sleep. */
  #drift = Number.NaN;

  constructor(connector: Connector<T>, options: ResolvedOptions<T>, announcer: Announcer) {
    this.connector = connector;
    this.options = options;
    this.name = options.name;
    this.clock = options.clock;
    this.#announcer = announcer;
    this.hears = announcer.hears;
    this.initHooks = options.init.flatMap(flatten);
    this.ping = options.keepAlive?.ping ?? connector.ping?.bind(connector);
    this.hooks = new Hooks(connector, (where, error) => this.fault(where, error));
    this.machine = new Machine({
      min: options.min,
      max: options.max,
      maxWaiting: options.maxWaiting,
      openTimeoutMs: options.openTimeoutMs,
      pingTimeoutMs: options.pingTimeoutMs,
      resetTimeoutMs: options.resetTimeoutMs,
      closeTimeoutMs: options.closeTimeoutMs,
      idleTimeoutMs: options.idleTimeoutMs,
      maxLifetimeMs: options.maxLifetimeMs,
      maxUses: options.maxUses,
      pingAfterIdleMs: options.pingAfterIdleMs,
      leakAfterMs: options.leakAfterMs,
      order: options.order,
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
    this.alarm = new AlarmClock(this);
    this.leaks = new LeakWatch(this, options.nestedCheck);
    this.reservations = options.budget.length > 0 ? new Reservations(this, options.budget) : undefined;
  }

  /** When a caller says nothing: the middle of the priorities. */
  get defaultLane(): number {
    return Math.floor((this.options.priorities - 1) / 2);
  }

  // ── Time ─────────────────────────────────────────────────────────────────

  now(): number {
    return this.clock.now();
  }

  /** The time of this turn of the event loop: good enough for lending, and read once. */
  turn(): number {
    const { clock } = this;
    const now = clock.turn === undefined ? clock.now() : clock.turn();
    if (now !== this.lastTurn) this.#begin(now);
    return now;
  }

  #begin(turn: number): void {
    this.lastTurn = turn;
    if (this.clock.wall !== undefined) this.#noticeSleep(this.clock.wall(), turn);
  }

  #noticeSleep(wall: number, now: number): void {
    const drift = wall - now;
    // The monotonic clock of most systems stops while the machine sleeps. What its peers did meanwhile, nobody here knows.
    if (Math.abs(drift - this.#drift) > sleptMs) this.input((machine) => suspect(machine, now));
    this.#drift = drift;
  }

  /** The alarm rings. */
  tick(): void {
    this.leaks.calmDown(this.now());
    this.input(tick);
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
    let done = 0;
    try {
      while (machine.offered !== undefined || done < effects.length) {
        if (machine.offered !== undefined) handOver(this, machine.offered);
        else perform(this, effects[done++] as Effect<T, Caller<T>>);
      }
    } finally {
      if (done > 0) effects.splice(0, done);
      this.#settling = false;
      this.#survey = undefined;
    }
    this.alarm.adjust();
    this.reservations?.offerIdle();
  }

  /** The last connection is gone, and the pool was to be closed. */
  finish(): void {
    this.alarm.stop();
    this.reservations?.leave();
    this.onClosed();
  }

  // ── Which slot a connection is in: asked only by connectors that act on their pool ──

  trackConnections(): ReadonlyMap<T, Slot<T>> {
    this.#tracked ??= new Map();
    return this.#tracked;
  }

  track(slot: Slot<T>, connection: T): void {
    this.#tracked?.set(connection, slot);
  }

  untrack(slot: Slot<T>): void {
    this.#tracked?.delete(slot.connection as T);
  }

  // ── Telling ──────────────────────────────────────────────────────────────

  emit<E extends keyof PoolEvents>(event: E, payload: () => PoolEvents[E]): void {
    if (!this.hears[event]) return;
    const made = payload();
    neutrally(() => this.#announcer.emit(event, ...made));
  }

  fault(where: string, error: unknown): void {
    // Asked for listeners when it is told, not now: what fails in the constructor has none yet.
    neutrally(() => this.#announcer.emit('fault', { where, error }));
  }

  info(slot: Slot<T>): ConnectionInfo {
    return { connectionId: slot.id, ageMs: Math.max(0, this.now() - slot.openedAt), uses: slot.uses };
  }

  stats(): PoolStats {
    return snapshot(this.machine, this.now());
  }

  /** How things stand, for the errors of all callers whose time runs out in the same moment: found out once. */
  survey(): Survey {
    if (this.#survey === undefined) {
      // What nobody has any more serves at least the next caller.
      this.leaks.reclaimDropped();
      this.#survey = { stats: this.stats(), oldest: this.#oldestHolder() };
    }
    return this.#survey;
  }

  #oldestHolder(): Holder | undefined {
    let oldest: Slot<T> | undefined;
    for (const slot of this.machine.slots.leasedSlots()) {
      if (oldest === undefined || slot.since < oldest.since) oldest = slot;
    }
    if (oldest === undefined) return undefined;
    const { label, site } = beside(oldest);
    return { connectionId: oldest.id, heldMs: this.now() - oldest.since, label, stack: site?.stack };
  }
}

interface Survey {
  readonly stats: PoolStats;
  readonly oldest: Holder | undefined;
}

/** Clocks are corrected by less than this; machines sleep for longer. */
const sleptMs = 5_000;
