import type { CloseReason } from '../connector.ts';
import { LeaseEndedError } from '../errors.ts';
import type { Lease, LeaseRequest } from '../lease.ts';
import type { Slot } from '../machine/slot.ts';
import { beside } from './beside.ts';
import type { Runner } from './runner.ts';
import { detach, discard, release, requeue, retiring } from './take-back.ts';

/**
 * One for each connection, and in the lease while it is lent: the pool then only has a weak reference to it, which tells a lease
 * that is held for long from one that nobody holds any more. A finalizer for each lease would cost more than the lease.
 */
export class LeaseToken<T> {
  readonly runner: Runner<T>;
  readonly slot: Slot<T>;

  constructor(runner: Runner<T>, slot: Slot<T>) {
    this.runner = runner;
    this.slot = slot;
  }
}

/**
 * A lease is good as long as its slot has not moved on: nobody has to invalidate it. One is made for each use, and defining three
 * fields with a # would cost a fifth of it: hence `private`.
 */
export class PoolLease<T> implements Lease<T> {
  private readonly token: LeaseToken<T>;
  private readonly generation: number;
  private endedBy: string | undefined = undefined;

  constructor(token: LeaseToken<T>) {
    this.token = token;
    this.generation = token.slot.generation;
  }

  /** For the runner's own notes. */
  static slotOf<T>(lease: PoolLease<T>): Slot<T> {
    return lease.token.slot;
  }

  get value(): T {
    const { slot } = this.token;
    if (slot.generation !== this.generation) throw this.ended('read');
    return slot.connection as T;
  }

  get connectionId(): number {
    return this.token.slot.id;
  }

  get active(): boolean {
    return this.token.slot.generation === this.generation;
  }

  get retiring(): AbortSignal {
    if (!this.active) throw this.ended('watch');
    return retiring(this.token.runner, this.token.slot);
  }

  release(): void {
    this.end('release');
    release(this.token.runner, this.token.slot);
  }

  discard(reason: CloseReason = 'discarded', error?: unknown): void {
    this.end('discard');
    discard(this.token.runner, this.token.slot, reason, error);
  }

  detach(): T {
    this.end('detach');
    return detach(this.token.runner, this.token.slot);
  }

  requeue(request: LeaseRequest<T>): void {
    this.end('requeue');
    requeue(this.token.runner, this.token.slot, request);
  }

  [Symbol.dispose](): void {
    if (this.active) this.release();
  }

  private end(call: string): void {
    const { token } = this;
    if (token.slot.generation !== this.generation || this.endedBy !== undefined) throw this.ended(call);
    this.endedBy = call;
    beside(token.slot).token = token;
  }

  private ended(call: string): LeaseEndedError {
    const how = this.endedBy === undefined ? 'the pool took it back' : `it ended with ${this.endedBy}()`;
    return new LeaseEndedError(
      `cannot ${call} this lease of connection ${this.token.slot.id}: ${how}. A lease ends once; acquire another`,
      this.token.runner.name,
    );
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Lease { connectionId: ${this.connectionId}, ${this.active ? 'active' : `ended by ${this.endedBy ?? 'the pool'}`} }`;
  }
}
