import type { PoolStats } from '@pool/core';

/** Whether the pool has what it is to keep, and how long it took to get there. */
export interface FullnessState {
  /** From the start to `min` ready connections. Undefined while that never was. */
  readonly firstMs: number | undefined;
  /** The same, from the latest loss. */
  readonly againMs: number | undefined;
  /** How long something has been missing now. Undefined while nothing is. */
  readonly shortForMs: number | undefined;
}

export class Fullness {
  #shortSince: number | undefined;
  #firstMs: number | undefined;
  #againMs: number | undefined;

  constructor(now: number) {
    this.#shortSince = now;
  }

  /** After a change. Says how long it took when this made it full. */
  look({ min, ...stats }: PoolStats, now: number): { readonly afterMs: number; readonly again: boolean } | undefined {
    if (readyOf(stats) < min) {
      this.#shortSince ??= now;
      return undefined;
    }
    if (this.#shortSince === undefined) return undefined;
    const afterMs = now - this.#shortSince;
    const again = this.#firstMs !== undefined;
    this.#shortSince = undefined;
    if (again) this.#againMs = afterMs;
    else this.#firstMs = afterMs;
    return { afterMs, again };
  }

  state(now: number): FullnessState {
    return {
      firstMs: this.#firstMs,
      againMs: this.#againMs,
      shortForMs: this.#shortSince === undefined ? undefined : now - this.#shortSince,
    };
  }
}

/** Opened, and not on the way out. */
export function readyOf({ idle, leased, checking, resetting }: Omit<PoolStats, 'min'>): number {
  return idle + leased + checking + resetting;
}
