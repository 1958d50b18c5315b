import type { Deadline } from './deadlines.ts';
import type { Slot } from './slot.ts';
import type { Waiter } from './waiters.ts';

/** What the machine wants done. `run/` does it after the input that asked for it has returned, so nothing re-enters the machine. */
export type Effect<T, R> = SlotEffect<T> | CallerEffect<R> | { readonly kind: 'closed' };

/**
 * reserve: ask the budgets for a permit, answer `permitted` or `unpermitted` · unreserve: the permit is not wanted any more ·
 * open: answer `opened` or `openFailed` · ping: answer `proved` or `disproved` · reset: answer `cleaned` or `uncleaned` ·
 * close: answer `closed`, or `abandoned` when it cannot be done · overdue: what it does has outlasted its limit, answer for it ·
 * cancel: the opening is not wanted any more · retiring: tell its holder that the pool would like it back ·
 * leak: its lease is held for suspiciously long · gone: give its permit back
 */
export interface SlotEffect<T> {
  readonly kind:
    | 'reserve'
    | 'unreserve'
    | 'open'
    | 'ping'
    | 'reset'
    | 'close'
    | 'overdue'
    | 'cancel'
    | 'retiring'
    | 'leak'
    | 'gone';
  readonly slot: Slot<T>;
  /** The slot's at that time: `overdue` is void when it has moved on before the effect is performed. */
  readonly generation: number;
}

type CallerEffect<R> =
  | { readonly kind: 'refuse'; readonly waiter: Waiter<R>; readonly why: Refusal }
  /** Enough connections are there for a caller of `ready()`. */
  | { readonly kind: 'ready'; readonly waiter: Waiter<R> }
  /** Something worth knowing was found out. */
  | { readonly kind: 'notice'; readonly code: string; readonly detail: unknown }
  /** A caller's work has outlasted its limit. */
  | { readonly kind: 'overwork'; readonly work: Deadline };

export type Refusal = 'timeout' | 'closed' | 'fatal' | 'down';
