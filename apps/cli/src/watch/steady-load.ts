import { PoolClosedError } from '@pool/core';

export interface LoadState {
  readonly perSecond: number;
  readonly answered: number;
  readonly failed: number;
  /** From the call to the answer, waiting in line included; of the latest one that was answered. */
  readonly lastMs: number | undefined;
}

export interface LoadListener {
  /** The first of some that fail one after the other. */
  onFailing(error: unknown): void;
  /** The first answer after so many that failed. */
  onWorking(failed: number): void;
}

/** Requests at a constant rate, whatever becomes of those before. */
export class SteadyLoad {
  readonly #perSecond: number;
  readonly #ask: () => Promise<void>;
  readonly #now: () => number;
  readonly #listener: LoadListener;
  #timer: NodeJS.Timeout | undefined;
  #answered = 0;
  #failed = 0;
  #failedInARow = 0;
  #lastMs: number | undefined;

  constructor(perSecond: number, ask: () => Promise<void>, now: () => number, listener: LoadListener) {
    this.#perSecond = perSecond;
    this.#ask = ask;
    this.#now = now;
    this.#listener = listener;
  }

  get state(): LoadState {
    return { perSecond: this.#perSecond, answered: this.#answered, failed: this.#failed, lastMs: this.#lastMs };
  }

  start(): void {
    // An interval does not make up for the time in which this process was stopped.
    this.#timer = setInterval(() => void this.#request(), 1000 / this.#perSecond);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #request(): Promise<void> {
    const askedAt = this.#now();
    try {
      await this.#ask();
      this.#lastMs = this.#now() - askedAt;
      this.#answered += 1;
      if (this.#failedInARow > 0) this.#listener.onWorking(this.#failedInARow);
      this.#failedInARow = 0;
    } catch (error) {
      // Nobody failed: it is over.
      if (error instanceof PoolClosedError) return;
      this.#failed += 1;
      this.#failedInARow += 1;
      if (this.#failedInARow === 1) this.#listener.onFailing(error);
    }
  }
}
