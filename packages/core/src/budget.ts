/**
 * A limit that pools share: asked before every open, and holding the permit for the connection's whole life, idle times included.
 * Implementations may reach over threads and machines: permits may come late, be refused, and be lost.
 */
export interface Budget {
  /** A pool comes under the limit. Disposing: it is closed. */
  join(holder: BudgetHolder): Disposable;
  /** A permit for one connection. Settle soon after `signal` aborts; a permit that comes late is disposed. */
  reserve(request: { readonly holder: BudgetHolder; readonly signal: AbortSignal }): Permit | PromiseLike<Permit>;
}

/** A pool, as its budgets see it. */
export interface BudgetHolder {
  readonly name: string;
  /** What it may keep for itself. */
  readonly min: number;
  /** Closes up to `count` idle connections above `min` for somebody else's sake; says how many. Their permits follow. */
  shed(count: number): number;
  /**
   * Somebody else waits for this many permits: connections above `min` that come back are closed, up to that many; while callers
   * of its own wait, only one in a while. 0: nobody waits any more.
   */
  press(count: number): void;
}

/** The right to have one connection. Disposed when the peer has closed, at destroy, or at detach. */
export interface Permit extends Disposable {
  /** Aborts when the permit was lost: its connection is destroyed at once, also when it is lent. */
  readonly lost?: AbortSignal;
}
