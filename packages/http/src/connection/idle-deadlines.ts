import { type Alarm, type Clock, type PoolControl, systemClock } from '@pool/core';

/** A connection that its server closes when it idles for too long. */
export interface Idler {
  readonly isIdle: boolean;
  /** Not to be lent from then on. */
  readonly idleUntil: number;
}

/**
 * Ends idle connections before their server does: those it said it would close (`Keep-Alive: timeout`), and those it never heard a
 * request on. One timer for all connections of an origin, armed only while one of them has a deadline.
 */
export class IdleDeadlines<C extends Idler> {
  readonly #clock: Clock;
  readonly #connections = new Set<C>();
  #control: PoolControl<C> | undefined = undefined;
  #alarm: Alarm | undefined = undefined;
  #ringsAt = Infinity;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  attach(control: PoolControl<C>): () => void {
    this.#control = control;
    return () => {
      this.#control = undefined;
      this.#disarm();
    };
  }

  add(connection: C): void {
    this.#connections.add(connection);
    this.by(connection.idleUntil);
  }

  delete(connection: C): void {
    this.#connections.delete(connection);
  }

  /** Some connection must not idle beyond this moment of the clock. */
  by(at: number): void {
    if (at >= this.#ringsAt || this.#control === undefined) return;
    this.#disarm();
    this.#ringsAt = at;
    this.#alarm = this.#clock.schedule(() => this.#ring(), Math.max(0, at - this.#clock.now()));
  }

  #disarm(): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = undefined;
    this.#ringsAt = Infinity;
  }

  #ring(): void {
    this.#disarm();
    const now = this.#clock.now();
    let next = Infinity;
    for (const connection of [...this.#connections]) {
      if (!connection.isIdle) continue;
      if (connection.idleUntil <= now) this.#control?.retire(connection, 'retired');
      else next = Math.min(next, connection.idleUntil);
    }
    this.by(next);
  }
}
