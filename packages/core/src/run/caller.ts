import type { Lease, LeaseRequest } from '../lease.ts';
import type { Waiter } from '../machine/waiters.ts';
import { onAbort } from './on-abort.ts';

/** Whoever waits, as `run/` sees it: told once, of a lease, of readiness, or of a refusal. */
export abstract class Caller<T> implements LeaseRequest<T> {
  label: string | undefined = undefined;
  /** Where it asked. */
  site: Error | undefined = undefined;
  /** What it held when it asked. */
  nested: Lease<T> | undefined = undefined;
  /** Its own wish to give up, watched while it waits. */
  abandonment: Abandonment<T> | undefined = undefined;

  abstract onLease(lease: Lease<T>): void;
  abstract onRefused(error: unknown): void;

  onReady(): void {}
}

/** A caller that awaits. */
export class PromisedLease<T> extends Caller<T> {
  /** To be told of the lease first. */
  note: ((lease: Lease<T>) => void) | undefined = undefined;
  private readonly resolve: (lease: Lease<T>) => void;
  private readonly reject: (error: unknown) => void;

  constructor(resolve: (lease: Lease<T>) => void, reject: (error: unknown) => void) {
    super();
    this.resolve = resolve;
    this.reject = reject;
  }

  override onLease(lease: Lease<T>): void {
    this.note?.(lease);
    this.resolve(lease);
  }

  override onRefused(error: unknown): void {
    this.reject(error);
  }
}

/** A caller with callbacks. */
export class RequestedLease<T> extends Caller<T> {
  private readonly request: LeaseRequest<T>;

  constructor(request: LeaseRequest<T>) {
    super();
    this.request = request;
  }

  override onLease(lease: Lease<T>): void {
    // What it returns is looked at: a promise that rejects must not be lost.
    return this.request.onLease(lease);
  }

  override onRefused(error: unknown): void {
    return this.request.onRefused(error);
  }
}

/** A caller of `ready()`. */
export class PromisedReadiness<T> extends Caller<T> {
  private readonly resolve: () => void;
  private readonly reject: (error: unknown) => void;

  constructor(resolve: () => void, reject: (error: unknown) => void) {
    super();
    this.resolve = resolve;
    this.reject = reject;
  }

  override onLease(): void {}

  override onReady(): void {
    this.resolve();
  }

  override onRefused(error: unknown): void {
    this.reject(error);
  }
}

/** A caller's signal. It listens only while the caller waits: a signal that outlives a million waits must not collect them. */
export class Abandonment<T> {
  readonly signal: AbortSignal;
  readonly #give: (waiter: Waiter<Caller<T>>, reason: unknown) => void;
  #unwatch: (() => void) | undefined = undefined;

  constructor(signal: AbortSignal, give: (waiter: Waiter<Caller<T>>, reason: unknown) => void) {
    this.signal = signal;
    this.#give = give;
  }

  watch(waiter: Waiter<Caller<T>>): void {
    this.#unwatch = onAbort(this.signal, () => this.#give(waiter, this.signal.reason));
  }

  unwatch(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
