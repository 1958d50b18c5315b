import type { Budget, BudgetHolder, Permit } from './budget.ts';
import { checked } from './options.ts';

interface Reservation {
  readonly grant: () => void;
}

/**
 * At most `max` connections at once, over every pool that joined. Pools that wait take turns; they get the idle connections that
 * other pools hold above their `min`, and, once in a while, one that its pool would have lent to a caller of its own.
 */
export class ConnectionBudget implements Budget {
  readonly max: number;
  /** Permits out, by holder. */
  readonly #held = new Map<BudgetHolder, number>();
  /** Reservations that wait, by holder, in the order of their turns. */
  readonly #lines = new Map<BudgetHolder, Set<Reservation>>();
  #inUse = 0;
  #waiting = 0;
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
    return this.#waiting;
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
    if (this.#inUse < this.max && this.#waiting === 0) return this.#permit(holder);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = (): void => {
        this.#leaveLine(holder, reservation);
        this.#press();
        reject(signal.reason);
      };
      const reservation: Reservation = {
        grant: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#permit(holder));
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      const line = this.#lines.get(holder) ?? new Set();
      line.add(reservation);
      this.#lines.set(holder, line);
      this.#waiting++;
      this.#press();
    });
  }

  #leaveLine(holder: BudgetHolder, reservation: Reservation): void {
    const line = this.#lines.get(holder);
    if (line?.delete(reservation) !== true) return;
    this.#waiting--;
    if (line.size === 0) this.#lines.delete(holder);
  }

  /** Its turn is over: others first. */
  #toTheEnd(holder: BudgetHolder): void {
    const line = this.#lines.get(holder);
    if (line === undefined) return;
    this.#lines.delete(holder);
    this.#lines.set(holder, line);
  }

  #permit(holder: BudgetHolder): Permit {
    this.#inUse++;
    this.#held.set(holder, (this.#held.get(holder) ?? 0) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#giveBack(holder);
      },
    };
  }

  #giveBack(holder: BudgetHolder): void {
    this.#inUse--;
    this.#held.set(holder, (this.#held.get(holder) ?? 1) - 1);
    if (this.#shedding > 0) this.#shedding--;
    // Who had one until now does not get it back while others wait.
    this.#toTheEnd(holder);
    for (const [next, line] of this.#lines) {
      if (this.#inUse >= this.max) break;
      const [reservation] = line;
      if (reservation === undefined) continue;
      this.#leaveLine(next, reservation);
      this.#toTheEnd(next);
      reservation.grant();
    }
    this.#press();
  }

  /** Those who wait need connections of others: idle ones now, if there are any, else as they come back. */
  #press(): void {
    for (const [holder, held] of this.#held) {
      if (held === 0) continue;
      let wanted = this.#waiting - this.#shedding - (this.#lines.get(holder)?.size ?? 0);
      if (wanted > 0) {
        const shed = holder.shed(wanted);
        this.#shedding += shed;
        wanted -= shed;
      }
      holder.press(Math.max(0, wanted));
    }
  }
}
