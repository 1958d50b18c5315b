import type { WireOptions } from './wire-options.ts';

export type Waiting = 'read' | 'write' | 'upgrade';

/** A wait, whatever it is for. */
export interface AnyWait {
  readonly what: Waiting;
  fail(error: unknown): void;
}

/** Who is told that a wait ended before its time. It decides, and ends the wait with `fail`. */
export interface WaitOwner {
  onTimeout(wait: AnyWait, timeoutMs: number): void;
  onAbort(wait: AnyWait, reason: unknown): void;
}

/** A promise with a limit and a signal: one timer and one listener at most, both gone when it settles. */
export class Wait<R> implements AnyWait {
  readonly what: Waiting;
  readonly promise: Promise<R>;
  readonly #owner: WaitOwner;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #resolve!: (value: R) => void;
  #reject!: (error: unknown) => void;
  #settled = false;

  constructor(what: Waiting, options: WireOptions, owner: WaitOwner) {
    this.what = what;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#owner = owner;
    this.#signal = options.signal;
    // The object itself is the listener (see handleEvent), which spares a closure per wait.
    this.#signal?.addEventListener('abort', this);
    const { timeoutMs = Infinity } = options;
    // setTimeout(…, Infinity) would fire at once.
    if (timeoutMs !== Infinity) this.#timer = setTimeout(timeOut, timeoutMs, this, owner, timeoutMs);
  }

  get settled(): boolean {
    return this.#settled;
  }

  succeed(value: R): void {
    if (this.#end()) this.#resolve(value);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#reject(error);
  }

  /** Called by the signal. */
  handleEvent(): void {
    this.#owner.onAbort(this, this.#signal?.reason);
  }

  #end(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this);
    return true;
  }
}

function timeOut(wait: AnyWait, owner: WaitOwner, timeoutMs: number): void {
  owner.onTimeout(wait, timeoutMs);
}
