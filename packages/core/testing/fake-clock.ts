import type { Alarm, Clock } from '../src/clock.ts';

interface Scheduled {
  readonly at: number;
  readonly callback: () => void;
  keepsAlive: boolean;
}

/** Time that moves only when a test says so. */
export class FakeClock implements Clock {
  #now = 0;
  /** Wall time minus the clock's own. */
  #drift = 1_700_000_000_000;
  readonly #scheduled = new Set<Scheduled>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.#drift;
  }

  /** Timers armed at the moment. */
  get pending(): number {
    return this.#scheduled.size;
  }

  /** Of those, the ones that would keep the process alive. */
  get keepingAlive(): number {
    return [...this.#scheduled].filter((scheduled) => scheduled.keepsAlive).length;
  }

  schedule(callback: () => void, delayMs: number, options?: { readonly keepAlive?: boolean }): Alarm {
    const scheduled: Scheduled = {
      at: this.#now + Math.max(0, delayMs),
      callback,
      keepsAlive: options?.keepAlive === true,
    };
    this.#scheduled.add(scheduled);
    return {
      keepAlive: (wanted) => {
        scheduled.keepsAlive = wanted;
      },
      [Symbol.dispose]: () => {
        this.#scheduled.delete(scheduled);
      },
    };
  }

  /** Moves time on, calling what comes due in order; between two timers, and at the end, pending promises settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (;;) {
      let next: Scheduled | undefined;
      for (const scheduled of this.#scheduled) {
        if (scheduled.at <= end && (next === undefined || scheduled.at < next.at)) next = scheduled;
      }
      if (next === undefined) break;
      this.#scheduled.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.settle();
    }
    this.#now = end;
    await this.settle();
  }

  /** Lets pending promises settle, without moving time. */
  async settle(): Promise<void> {
    // A macrotask runs when the microtasks are done, however long their chains are.
    for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** The machine sleeps: wall time goes on, the monotonic clock stands still. */
  sleep(ms: number): void {
    this.#drift += ms;
  }
}
