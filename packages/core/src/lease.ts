import type { CloseReason } from './connector.ts';

/** The right to use one connection, once. It ends with release, discard, detach or requeue, or when the pool takes it back. */
export interface Lease<T> extends Disposable {
  /** @throws LeaseEndedError after the lease has ended */
  readonly value: T;
  readonly connectionId: number;
  readonly active: boolean;
  /** Aborts when the pool would like the connection back (recycle, lifetime, shrink, drain) or saw it die. Made on first use. */
  readonly retiring: AbortSignal;
  /** Back to the pool: lent on if alive and clean, replaced if not. @throws LeaseEndedError when it had ended already */
  release(): void;
  /** Close it, and open another if one is wanted. @throws LeaseEndedError when it had ended already */
  discard(reason?: CloseReason, error?: unknown): void;
  /** Keep it for good; the pool forgets it and may open another. @throws LeaseEndedError when it had ended already */
  detach(): T;
  /**
   * Give the connection up and put the work back in the queue, with the place and the deadline it had. For work that was never
   * begun on a connection that turned out to be no good. @throws LeaseEndedError when it had ended already
   */
  requeue(request: LeaseRequest<T>): void;
  /** `release()`, unless the lease has ended. Serves `using` and `await using`. */
  [Symbol.dispose](): void;
}

/**
 * A caller without a promise, for adapters: exactly one of the two is called, unless the lease was returned at once. They are
 * called from inside whatever made the connection available: bind them (AsyncResource) where the asynchronous context matters.
 * When `onLease` throws, its lease ends and the connection is closed.
 */
export interface LeaseRequest<T> {
  onLease(lease: Lease<T>): void;
  onRefused(error: unknown): void;
}

export interface AcquireOptions {
  /** Give up waiting; rejects with `signal.reason`. An opening already begun goes on for others. */
  readonly signal?: AbortSignal;
  /** Overrides `acquireTimeoutMs` for this call. 0: a deliverable connection now, else QueueFullError: the non-blocking pool. */
  readonly timeoutMs?: number;
  /** 0 is served first. @default the middle of `priorities` */
  readonly priority?: number;
  /** Tags in order of preference (undefined: untagged); any other idle connection, least recently used, when none has one. */
  readonly prefer?: readonly (string | undefined)[];
  /** Held for long on purpose (IDLE, a subscription): no leak report, not counted in the average hold time. @default false */
  readonly longLived?: boolean;
  /** Shown in leak reports and timeouts. */
  readonly label?: string;
}

export interface UseOptions extends AcquireOptions {
  /** Ends the work: aborts `UseContext.signal`, rejects with WorkTimeoutError and discards the connection. @default Infinity */
  readonly workTimeoutMs?: number;
}

export interface UseContext<T> {
  /** Aborts with the caller's signal, after `workTimeoutMs`, and when the pool takes the connection back by force. Made on first use. */
  readonly signal: AbortSignal;
  readonly lease: Lease<T>;
}
