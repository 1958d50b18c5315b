import type { CloseReason } from '../connector.ts';
import { LeaseEndedError } from '../errors.ts';
import type { Lease, LeaseRequest } from '../lease.ts';
import type { Slot } from '../machine/slot.ts';
import type { Runner } from './runner.ts';

/** A lease is good as long as its slot has not moved on: nobody has to invalidate it. */
export class PoolLease<T> implements Lease<T> {
  readonly #runner: Runner<T>;
  readonly #slot: Slot<T>;
  readonly #generation: number;
  #endedBy: string | undefined = undefined;

  constructor(runner: Runner<T>, slot: Slot<T>) {
    this.#runner = runner;
    this.#slot = slot;
    this.#generation = slot.generation;
  }

  /** For the runner's own notes. */
  static slotOf<T>(lease: PoolLease<T>): Slot<T> {
    return lease.#slot;
  }

  get value(): T {
    if (!this.active) throw this.#ended('read');
    return this.#slot.connection as T;
  }

  get connectionId(): number {
    return this.#slot.id;
  }

  get active(): boolean {
    return this.#slot.generation === this.#generation;
  }

  get retiring(): AbortSignal {
    if (!this.active) throw this.#ended('watch');
    return this.#runner.retiring(this.#slot);
  }

  release(): void {
    this.#end('release');
    this.#runner.release(this.#slot);
  }

  discard(reason: CloseReason = 'discarded', error?: unknown): void {
    this.#end('discard');
    this.#runner.discard(this.#slot, reason, error);
  }

  detach(): T {
    this.#end('detach');
    return this.#runner.detach(this.#slot);
  }

  requeue(request: LeaseRequest<T>): void {
    this.#end('requeue');
    this.#runner.requeue(this.#slot, request);
  }

  [Symbol.dispose](): void {
    if (this.active) this.release();
  }

  #end(call: string): void {
    if (this.#slot.generation !== this.#generation || this.#endedBy !== undefined) throw this.#ended(call);
    this.#endedBy = call;
  }

  #ended(call: string): LeaseEndedError {
    const how = this.#endedBy === undefined ? 'the pool took it back' : `it ended with ${this.#endedBy}()`;
    return new LeaseEndedError(
      `cannot ${call} this lease of connection ${this.#slot.id}: ${how}. A lease ends once; acquire another`,
      this.#runner.name,
    );
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Lease { connectionId: ${this.connectionId}, ${this.active ? 'active' : `ended by ${this.#endedBy ?? 'the pool'}`} }`;
  }
}
