/** Where a pool gets its time from. Tests bring their own. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary zero. */
  now(): number;
  /**
   * Monotonic milliseconds, read at most once per turn of the event loop: may lag behind `now()` by the length of the turn.
   * A clock read costs more than lending a connection, so lending uses this one. Default: `now`.
   */
  turn?(): number;
  /** Calls back once, unless disposed before. Keeps the process alive only with `keepAlive`. */
  schedule(callback: () => void, delayMs: number, options?: { readonly keepAlive?: boolean }): Alarm;
  /** Wall time in milliseconds; compared with `now()` it tells that the machine slept. Default: never asked. */
  wall?(): number;
}

/** One scheduled call. Disposing cancels it. */
export interface Alarm extends Disposable {
  /** Changes whether it keeps the process alive. */
  keepAlive(wanted: boolean): void;
}

/** `setTimeout` fires at once beyond this many milliseconds (2³¹ − 1). */
const longestTimeoutMs = 2_147_483_647;

/** Immediates run when the callbacks and microtasks of a turn are done. Not every platform has them. */
const afterTurn: (callback: () => void) => unknown = globalThis.setImmediate ?? ((callback) => setTimeout(callback, 0));

class SystemClock implements Clock {
  private turnAt: number | undefined = undefined;
  private readonly endTurn = (): void => {
    this.turnAt = undefined;
  };

  now(): number {
    return performance.now();
  }

  turn(): number {
    return this.turnAt ?? this.nextTurn();
  }

  private nextTurn(): number {
    const now = performance.now();
    this.turnAt = now;
    afterTurn(this.endTurn);
    return now;
  }

  wall(): number {
    return Date.now();
  }

  schedule(callback: () => void, delayMs: number, options?: { readonly keepAlive?: boolean }): Alarm {
    const timer = setTimeout(callback, Math.min(Math.max(0, Math.ceil(delayMs)), longestTimeoutMs));
    if (options?.keepAlive !== true) timer.unref();
    return {
      keepAlive: (wanted) => {
        if (wanted) timer.ref();
        else timer.unref();
      },
      [Symbol.dispose]: () => clearTimeout(timer),
    };
  }
}

/** The system's monotonic clock. One for all pools, so that they share the one read per turn. */
export const systemClock: Clock = new SystemClock();
