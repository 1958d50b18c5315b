import { dead } from '../../src/machine/breaking.ts';
import type { Deadline } from '../../src/machine/deadlines.ts';
import type { Effect } from '../../src/machine/effects.ts';
import { Machine } from '../../src/machine/machine.ts';
import type { Slot } from '../../src/machine/slot.ts';
import { State } from '../../src/machine/transitions.ts';
import type { Waiter } from '../../src/machine/waiters.ts';
import {
  type Caller,
  type Connection,
  type Core,
  connectionOf,
  type Held,
  join,
  ProbingBook,
  SuspicionBook,
  type Task,
  type TaskKind,
  whyNotLend,
  without,
  wrong,
} from './books.ts';
import { mustBeNeeded } from './demand.ts';
import { perform } from './perform.ts';
import { Random } from './random.ts';
import { type Kind, randomScenario, type Scenario } from './scenario.ts';

/** Everything around one machine: it plays `run/`, the connector, the peer and the callers, and keeps books of its own. */
export class World {
  readonly random: Random;
  readonly scenario: Scenario;
  readonly machine: Core;
  now = 0;
  /** The time at the beginning of this turn: what lending goes by. */
  turn = 0;
  tickedAt = 0;
  readonly tasks: Task[] = [];
  readonly held: Held[] = [];
  readonly waiting: Waiter<Caller>[] = [];
  readonly readyCallers: Waiter<Caller>[] = [];
  readonly works: Deadline[] = [];
  /** Slots that are not gone. */
  readonly slots = new Set<Slot<Connection>>();
  readonly connections = new Set<Connection>();
  readonly permits = new Set<Slot<Connection>>();
  readonly probing = new ProbingBook();
  readonly suspicions = new SuspicionBook();
  recycles = 0;
  /** How often the pool had been recycled when this opening began. */
  readonly recyclesAt = new WeakMap<Slot<Connection>, number>();
  readonly counts = { opened: 0, failed: 0, closed: 0, detached: 0, abandoned: 0, asked: 0, served: 0, refused: 0, left: 0 };
  closedSeen = false;
  /** The outside world behaves: nothing fails, nothing interferes. */
  calm = false;
  /** The peer closes nothing for idling any more. */
  peerIsPatient = false;
  /** The order to close has been given. */
  closing = false;
  /** What user code does when it is asked something in the middle; set by the test. */
  nested: (world: World) => void = () => {};
  /** The last inputs, when they are wanted. */
  trace: string[] | undefined = undefined;
  #depth = 0;
  #settling = false;

  constructor(seed: number, kind: Kind) {
    this.random = new Random(seed);
    this.scenario = randomScenario(this.random, kind);
    this.machine = new Machine(this.scenario.limits);
    this.input('pump', () => this.machine.pump(0));
    this.settle();
  }

  // ── Inputs ───────────────────────────────────────────────────────────────

  /** Every call of the machine goes through here. */
  input<V>(name: string, decide: () => V): V {
    this.trace?.push(`${'  '.repeat(this.#depth)}${this.now} ${name}`);
    const { effects } = this.machine;
    const before = effects.length;
    const { offered } = this.machine;
    const value = decide();
    if (this.machine.offered !== undefined && this.machine.offered !== offered) this.#mayLend(connectionOf(this.machine.offered));
    for (let index = before; index < effects.length; index++) this.#watch(effects[index] as Effect<Connection, Caller>);
    return value;
  }

  #watch(effect: Effect<Connection, Caller>): void {
    const { machine } = this;
    if (effect.kind !== 'open' && effect.kind !== 'reserve') return;
    if (!this.slots.has(effect.slot)) {
      this.slots.add(effect.slot);
      mustBeNeeded(this);
    }
    if (machine.slots.total > machine.effectiveMax)
      wrong(`${effect.kind} beyond max: ${machine.slots.total} of ${machine.effectiveMax}`);
    if (effect.kind === 'open') {
      this.recyclesAt.set(effect.slot, this.recycles);
      this.probing.start(effect.slot, machine, this.now);
    } else if (machine.state !== 'open') wrong(`a permit was asked for while the pool was ${machine.state}`);
  }

  /** As the runner does: offers first, then effects in order, until nothing more is wanted. */
  settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    const { machine } = this;
    const { effects } = machine;
    for (let done = 0; ; ) {
      if (machine.offered !== undefined) this.#handOver(machine.offered);
      else if (done < effects.length) perform(this, effects[done++] as Effect<Connection, Caller>);
      else break;
    }
    effects.length = 0;
    this.#settling = false;
  }

  /** A hook, a listener or a callback of the user runs: it may do anything to the pool. */
  userCode(): void {
    if (this.calm || this.#depth >= 2 || !this.random.chance(this.scenario.mood.nests)) return;
    this.#depth++;
    this.nested(this);
    this.settle();
    this.#depth--;
  }

  // ── Lending ──────────────────────────────────────────────────────────────

  #handOver(slot: Slot<Connection>): void {
    const { machine } = this;
    const connection = connectionOf(slot);
    const { generation } = slot;
    this.userCode();
    // The hook's answer also when it has reported the death by itself.
    if (this.#turnsOutDead(connection)) return this.dead(slot, connection, generation);
    if (machine.offered !== slot) return;
    const isFit = machine.state === 'open' && this.#whyNot(connection, this.turn) === undefined;
    const expected = isFit ? this.waiting.find((one) => one.waiting) : undefined;
    const waiter = this.input(`accepted ${slot.id}`, () => machine.accepted(slot, this.turn));
    if (waiter !== expected) wrong(`caller ${waiter?.request.number} was served, and not ${expected?.request.number}`);
    if (waiter === undefined) return;
    without(this.waiting, waiter);
    this.answer(waiter, 'served');
    this.counts.served++;
    this.#hold(slot, connection, waiter);
    this.userCode();
  }

  /** A caller that does not wait. */
  take(longLived: boolean, prefer: readonly (string | undefined)[] | undefined): boolean {
    const { machine } = this;
    const slot = this.input('take', () => machine.take(this.turn, longLived, prefer));
    if (slot === undefined) return false;
    if (machine.state !== 'open') wrong(`a pool that is ${machine.state} lends`);
    if (this.waiting.some((one) => one.waiting)) wrong('somebody was passed in the queue');
    const connection = connectionOf(slot);
    this.#mayLend(connection);
    const { generation } = slot;
    this.userCode();
    if (slot.generation !== generation) return false;
    if (this.#turnsOutDead(connection)) {
      this.dead(slot, connection, generation);
      this.settle();
      return false;
    }
    this.counts.asked++;
    this.counts.served++;
    this.#hold(slot, connection, undefined);
    return true;
  }

  #whyNot(connection: Connection, now: number): string | undefined {
    const { recycles, suspicions, turn } = this;
    return whyNotLend(this.machine, connection, { recycles, suspicions: suspicions.count, turn, now });
  }

  #mayLend(connection: Connection): void {
    const why = this.#whyNot(connection, this.now);
    if (why !== undefined) wrong(`connection ${connection.slot.id} was offered: ${why}`);
  }

  #turnsOutDead(connection: Connection): boolean {
    return connection.noGood === 'it is broken' || (!this.calm && this.random.chance(this.scenario.mood.dead));
  }

  dead(slot: Slot<Connection>, connection: Connection, generation: number): void {
    const retryInMs = this.random.pick([0, 10, 100, 1500]);
    if (slot.generation === generation) this.broke(connection, this.turn, retryInMs, connection.uses === 0);
    connection.noGood = 'it is broken';
    this.input(`dead ${slot.id} retry in ${retryInMs}`, () => dead(this.machine, slot, undefined, this.turn, retryInMs));
  }

  /** One that had been opened is found broken. */
  broke(connection: Connection, now: number, retryInMs: number, isUnused: boolean): void {
    if (connection.noGood === 'it is broken') return;
    connection.noGood = 'it is broken';
    if (isUnused && now - connection.openedAt < 1000) this.probing.brokeUnused(connection.slot, now + retryInMs);
    this.suspicions.broke(now);
  }

  #hold(slot: Slot<Connection>, connection: Connection, waiter: Waiter<Caller> | undefined): void {
    const { generation } = slot;
    if (slot.state !== State.leased) wrong(`connection ${slot.id} was lent in state ${slot.state}`);
    if (this.held.some((other) => other.slot === slot && other.generation === generation)) wrong(`${slot.id} was lent twice`);
    connection.uses++;
    this.held.push({ slot, connection, generation, since: this.turn, waiter });
  }

  // ── Callers ──────────────────────────────────────────────────────────────

  want(waiter: Waiter<Caller>): void {
    if (!waiter.ofReady) this.counts.asked++;
    this.join(waiter);
    this.settle();
  }

  join(waiter: Waiter<Caller>): void {
    if (this.machine.state === 'open' || this.machine.state === 'suspended') {
      join(waiter.ofReady ? this.readyCallers : this.waiting, waiter);
    }
    this.input(`want ${waiter.request.number} lane ${waiter.lane} limit ${waiter.limitMs}`, () =>
      this.machine.want(waiter, this.now),
    );
  }

  /** Exactly one answer for each. */
  answer(waiter: Waiter<Caller>, outcome: string): void {
    const caller = waiter.request;
    if (caller.outcome !== undefined) wrong(`caller ${caller.number} was ${outcome} after it had been ${caller.outcome}`);
    if (waiter.waiting) wrong(`caller ${caller.number} was ${outcome} and still waits`);
    caller.outcome = outcome;
  }

  forgetWaiter(waiter: Waiter<Caller>): void {
    if (!without(waiter.ofReady ? this.readyCallers : this.waiting, waiter)) {
      // Refused at the door: it never stood in the queue.
      if (this.machine.state === 'open') wrong(`caller ${waiter.request.number} was answered out of nowhere`);
    }
  }

  // ── Tasks ────────────────────────────────────────────────────────────────

  begin(kind: TaskKind, slot: Slot<Connection>): void {
    this.tasks.push({ kind, slot, generation: slot.generation, since: this.now });
  }

  isCurrent(held: { readonly slot: Slot<Connection>; readonly generation: number }): boolean {
    return held.slot.generation === held.generation;
  }
}
