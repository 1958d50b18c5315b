import type { Budget, BudgetHolder, Permit } from '../budget.ts';
import { pause, shed } from '../machine/orders.ts';
import type { Slot } from '../machine/slot.ts';
import { State } from '../machine/transitions.ts';
import { beside } from './beside.ts';
import type { Runner } from './runner.ts';

/** The pool's side of its budgets: asks them before every open, and gives back. */
export class Reservations<T> {
  readonly #runner: Runner<T>;
  readonly #budgets: readonly Budget[];
  readonly #holder: BudgetHolder;
  readonly #memberships: Disposable[] = [];

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
      press: (count) => {
        if (machine.pressure === 0) machine.pressedAt = runner.now();
        machine.pressure = count;
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
        if (slot.generation === generation) machine.unpermitted(slot, now);
      });
      return;
    }
    if (slot.generation !== generation) return this.#giveBack(permits);
    beside(slot).permits = permits;
    for (const permit of permits) permit.lost?.addEventListener('abort', () => this.#lost(slot, permits));
    this.#runner.input((machine, now) => machine.permitted(slot, now));
    if (permits.some((permit) => permit.lost?.aborted === true)) this.#lost(slot, permits);
  }

  /** Its connection is gone. */
  release(slot: Slot<T>): void {
    const notes = beside(slot);
    const { permits } = notes;
    notes.permits = undefined;
    if (permits !== undefined) this.#giveBack(permits);
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
      this.#runner.input((machine, now) => machine.lost(slot, now));
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

const ranks = new WeakMap<Budget, number>();
let ranked = 0;

function rank(budget: Budget): number {
  const known = ranks.get(budget) ?? ++ranked;
  ranks.set(budget, known);
  return known;
}
