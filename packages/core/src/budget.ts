/**
 * A limit that pools share: asked before every open, and holding the permit for the connection's whole life, idle times included.
 * Implementations may reach over threads and machines: permits may come late, be refused, and be lost.
 */
export interface Budget {
  /** A pool comes under the limit. */
  join(holder: BudgetHolder): Membership;
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
}

/** A pool's place in a budget. Disposing: the pool is closed. */
export interface Membership extends Disposable {
  /**
   * The pool has a connection above `min` that it could do without: an idle one, or, once in a while, one that its own callers wait
   * for. True: somebody else waits for a permit, so this connection is closed, and its permit follows. False: the pool keeps it;
   * `shed` may be worth a try later. Answer at once and from what is known here: this is asked whenever a connection comes back.
   * Not needed by a budget that never asks for anything back.
   */
  offer?(): boolean;
}

/** The right to have one connection. Disposed when the peer has closed, at destroy, or at detach. */
export interface Permit extends Disposable {
  /** Aborts when the permit was lost: its connection is destroyed at once, also when it is lent. */
  readonly lost?: AbortSignal;
}
