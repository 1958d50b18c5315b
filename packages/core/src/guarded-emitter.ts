import { EventEmitter } from 'eventemitter3';
import { contain } from './contain.ts';
import type { PoolEvents } from './events.ts';

type Listener<E extends keyof PoolEvents> = (...args: PoolEvents[E]) => void;

const eventNames = [
  'open',
  'openError',
  'wait',
  'acquire',
  'release',
  'discard',
  'leak',
  'leakReturned',
  'notice',
  'fault',
  'close',
] as const satisfies readonly (keyof PoolEvents)[];

/**
 * An emitter whose listeners cannot hurt it: in eventemitter3 one that throws reaches whoever emits and keeps the others from
 * hearing. And it knows without a call whether anybody listens, which is asked twice per lease.
 */
export class GuardedEmitter extends EventEmitter<PoolEvents> {
  /** Which events have a listener. */
  readonly hears: Record<keyof PoolEvents, boolean> = {
    open: false,
    openError: false,
    wait: false,
    acquire: false,
    release: false,
    discard: false,
    leak: false,
    leakReturned: false,
    notice: false,
    fault: false,
    close: false,
  };

  override on<E extends keyof PoolEvents>(event: E, listener: Listener<E>): this {
    super.on(event, listener as never);
    return this.#listen();
  }

  override addListener<E extends keyof PoolEvents>(event: E, listener: Listener<E>): this {
    return this.on(event, listener);
  }

  override once<E extends keyof PoolEvents>(event: E, listener: Listener<E>): this {
    super.once(event, listener as never);
    return this.#listen();
  }

  override removeListener<E extends keyof PoolEvents>(
    event: E,
    listener?: Listener<E>,
    _context?: unknown,
    once?: boolean,
  ): this {
    super.removeListener(event, listener as never, undefined, once);
    return this.#listen();
  }

  override off<E extends keyof PoolEvents>(event: E, listener?: Listener<E>, context?: unknown, once?: boolean): this {
    return this.removeListener(event, listener, context, once);
  }

  override removeAllListeners(event?: keyof PoolEvents): this {
    super.removeAllListeners(event);
    return this.#listen();
  }

  /** Calls every listener. What one throws or rejects with is told to `fault`, and what a listener of `fault` throws to nobody. */
  override emit<E extends keyof PoolEvents>(event: E, ...args: PoolEvents[E]): boolean {
    const listeners = this.listeners(event) as Listener<E>[];
    for (const listener of listeners) {
      // Takes it out if it is one for one event only.
      this.removeListener(event, listener, undefined, true);
      try {
        contain(listener.apply(this, args), (error) => this.#failed(event, error));
      } catch (error) {
        this.#failed(event, error);
      }
    }
    return listeners.length > 0;
  }

  #failed(event: keyof PoolEvents, error: unknown): void {
    if (event !== 'fault') this.emit('fault', { where: `listener of '${event}'`, error });
  }

  #listen(): this {
    for (const event of eventNames) this.hears[event] = this.listenerCount(event) > 0;
    return this;
  }
}
