import type { Connector } from '../connector.ts';
import { contain, refusePromise } from '../contain.ts';
import type { Slot } from '../machine/slot.ts';
import { State } from '../machine/transitions.ts';
import { beside } from './beside.ts';

/** The connector's synchronous hooks, asked with care: one that throws is told to `fault`, and the answer is the safe one. */
export class Hooks<T> {
  readonly #connector: Connector<T>;
  readonly #fault: (where: string, error: unknown) => void;
  /** What the connector has: looked at before calling, on the way of every lease. */
  readonly asksAlive: boolean;
  readonly asksOnReturn: boolean;
  readonly guards: boolean;

  constructor(connector: Connector<T>, fault: (where: string, error: unknown) => void) {
    this.#connector = connector;
    this.#fault = fault;
    this.asksAlive = connector.isAlive !== undefined;
    this.asksOnReturn = this.asksAlive || connector.isClean !== undefined || connector.tag !== undefined;
    this.guards = connector.onIdle !== undefined || connector.onLend !== undefined;
  }

  isAlive(connection: T): boolean {
    if (this.#connector.isAlive === undefined) return true;
    try {
      return this.#yesOrNo('isAlive', this.#connector.isAlive(connection));
    } catch (error) {
      this.#fault('isAlive', error);
      return false;
    }
  }

  isClean(connection: T): boolean {
    if (this.#connector.isClean === undefined) return true;
    try {
      return this.#yesOrNo('isClean', this.#connector.isClean(connection));
    } catch (error) {
      this.#fault('isClean', error);
      return false;
    }
  }

  #yesOrNo(hook: string, answer: boolean): boolean {
    if (answer === true || answer === false) return answer;
    const wrong = refusePromise(answer, hook, 'true or false');
    if (wrong === undefined) return Boolean(answer);
    this.#fault(hook, wrong);
    return false;
  }

  tag(connection: T): string | undefined {
    if (this.#connector.tag === undefined) return undefined;
    try {
      const tag = this.#connector.tag(connection);
      const wrong = typeof tag === 'string' ? undefined : refusePromise(tag, 'tag', 'a string');
      if (wrong === undefined) return tag;
      this.#fault('tag', wrong);
      return undefined;
    } catch (error) {
      this.#fault('tag', error);
      return undefined;
    }
  }

  /** Tells the connector, once, that this connection is idle now, if it is. */
  guardIdle(slot: Slot<T>): void {
    if (!this.guards || slot.state !== State.idle) return;
    const notes = beside(slot);
    if (notes.guarded) return;
    notes.guarded = true;
    try {
      contain(this.#connector.onIdle?.(slot.connection as T), (error) => this.#fault('onIdle', error));
    } catch (error) {
      this.#fault('onIdle', error);
    }
  }

  /** ... and that it is idle no more. */
  unguard(slot: Slot<T>): void {
    if (!this.guards) return;
    const notes = beside(slot);
    if (!notes.guarded) return;
    notes.guarded = false;
    try {
      contain(this.#connector.onLend?.(slot.connection as T), (error) => this.#fault('onLend', error));
    } catch (error) {
      this.#fault('onLend', error);
    }
  }

  unwatch(slot: Slot<T>): void {
    const notes = beside(slot);
    const { unwatch } = notes;
    notes.unwatch = undefined;
    try {
      contain(unwatch?.(), (error) => this.#fault('watch', error));
    } catch (error) {
      this.#fault('watch', error);
    }
  }
}
