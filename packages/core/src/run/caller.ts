import type { Lease, LeaseRequest } from '../lease.ts';
import type { Waiter } from '../machine/waiters.ts';
import { onAbort } from './on-abort.ts';

/** Whoever waits, as `run/` sees it: told once, of a lease, of readiness, or of a refusal. */
export interface Caller<T> extends LeaseRequest<T> {
  onReady?(): void;
  /** Its own wish to give up, watched while it waits. */
  readonly abandonment?: Abandonment<T> | undefined;
  readonly label?: string | undefined;
  readonly site?: Error | undefined;
  /** What this caller held when it asked. */
  readonly nested?: Lease<T> | undefined;
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

/** A caller that awaits. */
export class PromisedLease<T> implements Caller<T> {
  readonly #resolve: (lease: Lease<T>) => void;
  readonly #reject: (error: unknown) => void;
  readonly abandonment: Abandonment<T> | undefined;
  readonly label: string | undefined;
  readonly site: Error | undefined;
  readonly nested: Lease<T> | undefined;

  constructor(
    resolve: (lease: Lease<T>) => void,
    reject: (error: unknown) => void,
    about: Pick<Caller<T>, 'abandonment' | 'label' | 'site' | 'nested'>,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.abandonment = about.abandonment;
    this.label = about.label;
    this.site = about.site;
    this.nested = about.nested;
  }

  onLease(lease: Lease<T>): void {
    this.#resolve(lease);
  }

  onRefused(error: unknown): void {
    this.#reject(error);
  }
}
