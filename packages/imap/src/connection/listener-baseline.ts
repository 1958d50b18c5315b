import type { EventEmitter } from 'node:events';

/** The listeners of a fresh client. Whoever is lent it may add his own, and forget them. */
export class ListenerBaseline {
  readonly #emitter: EventEmitter;
  readonly #own = new Map<string | symbol, Set<unknown>>();

  constructor(emitter: EventEmitter) {
    this.#emitter = emitter;
    this.note();
  }

  /** Those there are now stay. */
  note(): void {
    this.#own.clear();
    for (const event of this.#emitter.eventNames()) this.#own.set(event, new Set(this.#emitter.rawListeners(event)));
  }

  /** True when somebody took off one that was there: `removeAllListeners()`, say. */
  get damaged(): boolean {
    for (const [event, listeners] of this.#own) {
      const present = this.#emitter.rawListeners(event);
      for (const listener of listeners) if (!present.some((other) => other === listener)) return true;
    }
    return false;
  }

  /** Takes off all others; says of which events. */
  restore(): readonly string[] {
    const left: string[] = [];
    for (const event of this.#emitter.eventNames()) {
      for (const listener of this.#emitter.rawListeners(event)) {
        if (this.#own.get(event)?.has(listener)) continue;
        this.#emitter.off(event, listener as (...args: unknown[]) => void);
        left.push(String(event));
      }
    }
    return left;
  }
}
