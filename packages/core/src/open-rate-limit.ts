import type { Budget, BudgetHolder, Permit } from './budget.ts';
import { type Alarm, type Clock, systemClock } from './clock.ts';
import { checked } from './options.ts';

interface Reservation {
  readonly signal: AbortSignal;
  readonly grant: () => void;
}

/** At most `opens` openings in any `perMs`, over every pool that joined: kind to servers that count logins. */
export class OpenRateLimit implements Budget {
  readonly #opens: number;
  readonly #perMs: number;
  readonly #clock: Clock;
  /** When the last `opens` permits were given, oldest first. */
  readonly #given: number[] = [];
  readonly #waiting = new Set<Reservation>();
  #alarm: Alarm | undefined = undefined;

  /** @throws OptionsError */
  constructor(options: { readonly opens: number; readonly perMs: number; readonly clock?: Clock }) {
    const { opens, perMs, clock = systemClock } = options;
    this.#opens = checked('opens', opens, Number.isSafeInteger(opens) && opens >= 1, 'an integer >= 1');
    this.#perMs = checked('perMs', perMs, Number.isFinite(perMs) && perMs > 0, 'a number of milliseconds > 0');
    this.#clock = clock;
  }

  join(_holder: BudgetHolder): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  reserve(request: { readonly signal: AbortSignal }): Permit | Promise<Permit> {
    const { signal } = request;
    if (this.#waiting.size === 0 && this.#opensAt() <= this.#clock.now()) return this.#permit();
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = (): void => {
        this.#waiting.delete(reservation);
        if (this.#waiting.size === 0) this.#stop();
        reject(signal.reason);
      };
      const reservation: Reservation = {
        signal,
        grant: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#permit());
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(reservation);
      this.#wait();
    });
  }

  #opensAt(): number {
    return this.#given.length < this.#opens ? -Infinity : (this.#given[0] as number) + this.#perMs;
  }

  #permit(): Permit {
    this.#given.push(this.#clock.now());
    if (this.#given.length > this.#opens) this.#given.shift();
    // The opening has happened, however long the connection lives.
    return { [Symbol.dispose]: () => {} };
  }

  #wait(): void {
    this.#alarm ??= this.#clock.schedule(() => {
      this.#alarm = undefined;
      for (const reservation of this.#waiting) {
        if (this.#opensAt() > this.#clock.now()) break;
        this.#waiting.delete(reservation);
        reservation.grant();
      }
      if (this.#waiting.size > 0) this.#wait();
    }, this.#opensAt() - this.#clock.now());
  }

  #stop(): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = undefined;
  }
}
