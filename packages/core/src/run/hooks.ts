import type { Connector } from '../connector.ts';
import type { Slot } from '../machine/slot.ts';
import { State } from '../machine/transitions.ts';
import { beside } from './beside.ts';

/** The connector's synchronous hooks, asked with care: one that throws is told to `fault`, and the answer is the safe one. */
export class Hooks<T> {
  readonly #connector: Connector<T>;
  readonly #fault: (where: string, error: unknown) => void;
  readonly #guards: boolean;

  constructor(connector: Connector<T>, fault: (where: string, error: unknown) => void) {
    this.#connector = connector;
    this.#fault = fault;
    this.#guards = connector.onIdle !== undefined || connector.onLend !== undefined;
  }

  isAlive(connection: T): boolean {
    if (this.#connector.isAlive === undefined) return true;
    try {
      return this.#connector.isAlive(connection);
    } catch (error) {
      this.#fault('isAlive', error);
      return false;
    }
  }

  isClean(connection: T): boolean {
    if (this.#connector.isClean === undefined) return true;
    try {
      return this.#connector.isClean(connection);
    } catch (error) {
      this.#fault('isClean', error);
      return false;
    }
  }

  tag(connection: T): string | undefined {
    if (this.#connector.tag === undefined) return undefined;
    try {
      return this.#connector.tag(connection);
    } catch (error) {
      this.#fault('tag', error);
      return undefined;
    }
  }

  /** Tells the connector, once, that this connection is idle now, if it is. */
  guardIdle(slot: Slot<T>): void {
    if (!this.#guards || slot.state !== State.idle) return;
    const notes = beside(slot);
    if (notes.guarded) return;
    notes.guarded = true;
    try {
      this.#connector.onIdle?.(slot.connection as T);
    } catch (error) {
      this.#fault('onIdle', error);
    }
  }

  /** ... and that it is idle no more. */
  unguard(slot: Slot<T>): void {
    if (!this.#guards) return;
    const notes = beside(slot);
    if (!notes.guarded) return;
    notes.guarded = false;
    try {
      this.#connector.onLend?.(slot.connection as T);
    } catch (error) {
      this.#fault('onLend', error);
    }
  }

  unwatch(slot: Slot<T>): void {
    const notes = beside(slot);
    const { unwatch } = notes;
    notes.unwatch = undefined;
    try {
      unwatch?.();
    } catch (error) {
      this.#fault('watch', error);
    }
  }
}
