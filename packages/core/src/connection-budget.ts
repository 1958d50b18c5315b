import type { Budget, BudgetHolder, Permit } from './budget.ts';
import { checked } from './options.ts';

interface Reservation {
  readonly holder: BudgetHolder;
  readonly grant: () => void;
}

/**
 * At most `max` connections at once, over every pool that joined. First come, first served; a pool that waits gets the idle
 * connections that other pools hold above their `min`.
 */
export class ConnectionBudget implements Budget {
  readonly max: number;
  /** Permits out, by holder. */
  readonly #held = new Map<BudgetHolder, number>();
  readonly #waiting = new Set<Reservation>();
  #inUse = 0;
  /** Connections that holders have closed for those who wait, and whose permits have not come back yet. */
  #shedding = 0;

  /** @throws OptionsError */
  constructor(options: { readonly max: number }) {
    this.max = checked('max', options.max, Number.isSafeInteger(options.max) && options.max >= 1, 'an integer >= 1');
  }

  /** Permits out. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Reservations that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  join(holder: BudgetHolder): Disposable {
    this.#held.set(holder, 0);
    return {
      [Symbol.dispose]: () => {
        if (this.#held.get(holder) === 0) this.#held.delete(holder);
      },
    };
  }

  reserve(request: { readonly holder: BudgetHolder; readonly signal: AbortSignal }): Permit | Promise<Permit> {
    const { holder, signal } = request;
    if (this.#inUse < this.max && this.#waiting.size === 0) return this.#permit(holder);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(reservation);
        this.#press();
        reject(signal.reason);
      };
      const reservation: Reservation = {
        holder,
        grant: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#permit(holder));
        },
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(reservation);
      this.#press();
    });
  }

  #permit(holder: BudgetHolder): Permit {
    this.#inUse++;
    this.#held.set(holder, (this.#held.get(holder) ?? 0) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#inUse--;
        this.#held.set(holder, (this.#held.get(holder) ?? 1) - 1);
        if (this.#shedding > 0) this.#shedding--;
        this.#serve();
      },
    };
  }

  #serve(): void {
    for (const reservation of this.#waiting) {
      if (this.#inUse >= this.max) break;
      this.#waiting.delete(reservation);
      reservation.grant();
    }
    this.#press();
  }

  /** Those who wait need idle connections of others: now if there are any, else as they come back. */
  #press(): void {
    let wanted = this.#waiting.size - this.#shedding;
    // Only the first in line is asked for in the name of somebody else: a pool is never asked to shed for itself.
    const [first] = this.#waiting;
    for (const [holder, held] of this.#held) {
      if (held === 0 || holder === first?.holder) continue;
      if (wanted > 0) {
        const shed = holder.shed(wanted);
        this.#shedding += shed;
        wanted -= shed;
      }
      holder.press(Math.max(0, wanted));
    }
    if (first !== undefined) first.holder.press(0);
  }
}
