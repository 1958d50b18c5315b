/** What a process that goes through an outage is told, in this order. */
export type Order =
  /** The outage is on: callers come from now on. */
  | { readonly kind: 'down' }
  /** The network is back since `at`, as the system's clock says it. */
  | { readonly kind: 'up'; readonly at: number }
  /** No more callers: count, close, count again. */
  | { readonly kind: 'finish' };

/** What it answers. */
export type Answer =
  /** Connections are open and idle. */
  { readonly kind: 'ready' } | { readonly kind: 'report'; readonly report: Report };

/** What callers saw, and what it cost. Times are milliseconds. */
export interface Report {
  readonly during: Callers;
  readonly after: Callers;
  /** Of all callers: those who waited for a connection longer than their limit and the grace, or never heard. */
  readonly late: number;
  readonly neverAnswered: number;
  /** Got a connection that did not answer them. */
  readonly lentDead: number;
  /** Connections tried while it was down. */
  readonly attempts: number;
  /** From the network's return to the first caller served; none when none was. */
  readonly backAfterMs: number | undefined;
  /** At any time. */
  readonly mostOpen: number;
  /** When nobody has asked for a while. */
  readonly openWhenQuiet: number;
  /** After the pool was closed; `closed` is false when that did not end. */
  readonly openWhenClosed: number;
  readonly closed: boolean;
  /** Rejections and exceptions that nobody caught. */
  readonly uncaught: readonly string[];
  /** For how long the machine gave it no processor, at worst. */
  readonly stolenMs: number;
}

export interface Callers {
  readonly count: number;
  readonly failed: number;
  readonly slowestMs: number;
  /** Got no connection. */
  readonly refused: number;
  /** Of these, how many were told what is wrong with the server, and not only that there is no connection. */
  readonly toldWhy: number;
  /** How long those who got no connection waited, the median of the first third of them and of the last. */
  readonly refusedEarlyMs: number | undefined;
  readonly refusedLateMs: number | undefined;
}
