import type { Budget, BudgetHolder, Membership, Permit } from '../budget.ts';
import * as answers from '../machine/answers.ts';
import { lost } from '../machine/breaking.ts';
import { pause, shed } from '../machine/orders.ts';
import { floor } from '../machine/pump.ts';
import type { Slot } from '../machine/slot.ts';
import { State } from '../machine/transitions.ts';
import { beside } from './beside.ts';
import type { Runner } from './runner.ts';

/** The pool's side of its budgets: asks them before every open, and gives back. */
export class Reservations<T> {
  readonly #runner: Runner<T>;
  readonly #budgets: readonly Budget[];
  readonly #holder: BudgetHolder;
  readonly #memberships: Membership[] = [];
  /** When it last offered a connection that its own callers waited for. */
  #offeredAt = -Infinity;
  #offering = false;

  constructor(runner: Runner<T>, budgets: readonly Budget[]) {
    this.#runner = runner;
    // Every pool asks in the same order, so that two that hold one permit each never wait for the other's.
    this.#budgets = budgets.toSorted((a, b) => rank(a) - rank(b));
    const { machine } = runner;
    this.#holder = {
      name: runner.name,
      get min() {
        return machine.min;
      },
      shed: (count) => {
        let closed = 0;
        runner.input((_, now) => {
          closed = shed(machine, count, now);
        });
        return closed;
      },
    };
    for (const budget of this.#budgets) this.#guard('join', () => this.#memberships.push(budget.join(this.#holder)));
  }

  /** Asks every budget in turn; answers `permitted` or `unpermitted`. */
  async reserve(slot: Slot<T>, signal: AbortSignal): Promise<void> {
    const { generation } = slot;
    const permits: Permit[] = [];
    try {
      for (const budget of this.#budgets) {
        signal.throwIfAborted();
        permits.push(await budget.reserve({ holder: this.#holder, signal }));
      }
      signal.throwIfAborted();
    } catch (error) {
      this.#giveBack(permits);
      if (signal.aborted || slot.generation !== generation) return;
      this.#runner.fault('budget', error);
      // A budget that fails is asked again, but not in a busy loop.
      this.#runner.input((machine, now) => {
        pause(machine, 1000, now);
        // Pausing may have found that it is not wanted any more.
        if (slot.generation === generation) answers.unpermitted(machine, slot, now);
      });
      return;
    }
    if (slot.generation !== generation) return this.#giveBack(permits);
    beside(slot).permits = permits;
    for (const permit of permits) permit.lost?.addEventListener('abort', () => this.#lost(slot, permits));
    this.#runner.input((machine, now) => answers.permitted(machine, slot, now));
    if (permits.some((permit) => permit.lost?.aborted === true)) this.#lost(slot, permits);
  }

  /** Its connection is gone. */
  release(slot: Slot<T>): void {
    const notes = beside(slot);
    const { permits } = notes;
    notes.permits = undefined;
    if (permits !== undefined) this.#giveBack(permits);
  }

  /** One is about to come back. Callers of this pool come first, but not for ever: now and then it is offered to other pools. */
  comesBack(slot: Slot<T>, now: number): void {
    const { machine } = this.#runner;
    if (machine.queue.waiters.size === 0 || now - Math.max(this.#offeredAt, slot.openedAt) < patienceMs) return;
    if (slot.doom !== undefined || machine.slots.live <= floor(machine)) return;
    this.#offeredAt = now;
    if (this.#offer()) slot.doom = 'budget';
  }

  /** Offers what is idle and not needed, for as long as somebody takes it. */
  offerIdle(): void {
    if (this.#offering) return;
    this.#offering = true;
    const { machine } = this.#runner;
    while (machine.slots.idle.size > 0 && machine.slots.live > floor(machine) && this.#offer()) {
      this.#runner.input((_, now) => shed(machine, 1, now));
    }
    this.#offering = false;
  }

  /** True when one of the budgets takes it. Each of them gets a permit back. */
  #offer(): boolean {
    for (const membership of this.#memberships) {
      try {
        if (membership.offer?.() === true) return true;
      } catch (error) {
        this.#runner.fault('budget (offer)', error);
      }
    }
    return false;
  }

  leave(): void {
    for (const membership of this.#memberships) this.#guard('leave', () => membership[Symbol.dispose]());
  }

  #lost(slot: Slot<T>, permits: readonly Permit[]): void {
    if (beside(slot).permits !== permits) return;
    if (slot.state === State.opening) {
      slot.doom = 'permit-lost';
      beside(slot).controller?.abort(new Error('the permit of this connection was lost'));
    } else {
      this.#runner.input((machine, now) => lost(machine, slot, now));
    }
  }

  #giveBack(permits: readonly Permit[]): void {
    for (const permit of permits) this.#guard('permit', () => permit[Symbol.dispose]());
  }

  #guard(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#runner.fault(`budget (${what})`, error);
    }
  }
}

/** How long a pool with callers of its own keeps its connections from other pools. */
const patienceMs = 500;

const ranks = new WeakMap<Budget, number>();
let ranked = 0;

function rank(budget: Budget): number {
  const known = ranks.get(budget) ?? ++ranked;
  ranks.set(budget, known);
  return known;
}
