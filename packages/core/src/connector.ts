import type { ErrorMatcher } from './matchers.ts';

/**
 * Knows how to open, close and prove one connection. A plain object: what is pooled need not be a socket.
 * Only `open` is required. Whatever a connector throws, rejects with, or never answers is contained by the pool.
 */
export interface Connector<T> {
  /** Open one connection. Settle soon after `signal` aborts; the pool closes late arrivals. */
  open(context: OpenContext): T | PromiseLike<T>;
  /** Let one go; politely (a LOGOUT, a FIN) when `graceful`. Failures become `fault` events. Default: `destroy`. */
  close?(connection: T, context: CloseContext): void | PromiseLike<void>;
  /** End it now, whatever state it is in. Called when `close` outlasts its limit, and on forced close. */
  destroy?(connection: T): void;
  /** Cheap and synchronous: may this one still be lent? Asked on lend and on return. Default: yes. */
  isAlive?(connection: T): boolean;
  /** Cheap and synchronous: is it between two exchanges, so that its next user finds it clean? Asked on return. Default: yes. */
  isClean?(connection: T): boolean;
  /** Make a returned connection as good as new (roll back, unselect) before its next lend; throwing closes it. */
  reset?(connection: T, context: PingContext): void | PromiseLike<void>;
  /** Prove it with a round trip; throw when it fails. Used by `keepAlive`, `pingAfterIdleMs` and for suspected siblings. */
  ping?(connection: T, context: PingContext): void | PromiseLike<void>;
  /** Called once, after the last init hook: report death whenever it is seen, so that it is replaced before anyone asks. Returns the way to stop watching. */
  watch?(connection: T, onBroken: (error?: unknown) => void): () => void;
  /** Called at each change from lent (or new) to idle, synchronously: guard and unref the idle socket. */
  onIdle?(connection: T): void;
  /** Called at each change from idle to lent, synchronously: ref the socket again. */
  onLend?(connection: T): void;
  /** What is special about an idle one (its selected mailbox, say); asked on return, matched by `AcquireOptions.prefer`. */
  tag?(connection: T): string | undefined;
  /** What a failed open means; sees the original error. Undefined, and the default: what the error says of itself (`PoolError.openVerdict`), else `'retry'`. */
  openVerdict?(error: unknown): OpenVerdict | undefined;
  /** Called once per pool with the means to act on it from outside (rotation, hints of the peer, expiry). Returns the way to detach. */
  attach?(pool: PoolControl<T>): () => void;
  /** Errors that mean "this connection is no good", besides `ConnectionError`. */
  readonly brokenBy?: readonly ErrorMatcher[];
}

export interface OpenContext {
  /** Aborts when `openTimeoutMs` has passed or the pool is closed; never because one waiter gave up. */
  readonly signal: AbortSignal;
  /** The pool's consecutive failed opens plus 1: 1 while all is well. */
  readonly attempt: number;
  readonly poolName: string;
}

export interface PingContext {
  /** Aborts when the ping (or reset) has outlasted its limit. */
  readonly signal: AbortSignal;
}

export interface CloseContext {
  readonly reason: CloseReason;
  /** True when the connection is in good order and may say goodbye; false when it broke or nobody knows where it stands. */
  readonly graceful: boolean;
  /** Aborts when `closeTimeoutMs` has passed; `destroy` follows. */
  readonly signal: AbortSignal;
}

/**
 * What a failed open means for the next one:
 * `'retry'` after the backoff; `'fatal'`: nothing opens until `recycle()` or `resume()`, callers get the error at once;
 * `limitForMs`: the peer takes no more than there are now, for a while; `pauseMs`: open nothing for a while.
 */
export type OpenVerdict = 'retry' | 'fatal' | { readonly limitForMs: number } | { readonly pauseMs: number };

/** What a connector may do to its pool, at any time. Calls about a connection the pool no longer holds do nothing. */
export interface PoolControl<T> {
  /** Replace every connection: idle ones now, lent ones on return. */
  recycle(): void;
  /** Close this one now if idle, else on return. */
  retire(connection: T, reason: CloseReason): void;
  /** Close this one at a moment of the pool's clock: `now()` plus so many milliseconds. Only ever earlier than before. */
  expireAt(connection: T, atMs: number): void;
  /** Do not lend this one for a while. */
  park(connection: T, forMs: number): void;
  /** Open nothing for a while. */
  pause(forMs: number): void;
  /** Lower the effective maximum for a while. */
  limit(max: number, forMs: number): void;
  /** Tell whoever listens to the pool's `notice` event. */
  notice(code: string, detail: unknown): void;
  /** The pool's monotonic clock, in milliseconds: what `expireAt` is measured in. */
  now(): number;
}

/** Makes a fresh connection usable (STARTTLS, login, SELECT). Throwing closes it and fails the open. */
export type InitHook<T> = (connection: T, context: OpenContext) => void | PromiseLike<void>;

/** Why a connection was closed. Adapters add their own. */
export type CloseReason =
  | 'broken'
  | 'discarded'
  | 'aborted'
  | 'leaked'
  | 'unclean'
  | 'ping-failed'
  | 'reset-failed'
  | 'init-failed'
  | 'late'
  | 'idle-timeout'
  | 'idle-limit'
  | 'max-lifetime'
  | 'max-uses'
  | 'recycled'
  | 'resized'
  | 'budget'
  | 'permit-lost'
  | 'pool-closed'
  | (string & {});

/** Joins init hooks to one that runs them in order. An `OpenError` names the hook that failed, not the sequence. */
export function sequence<T>(...hooks: readonly InitHook<T>[]): InitHook<T> {
  async function sequence(connection: T, context: OpenContext): Promise<void> {
    for (const hook of hooks) {
      context.signal.throwIfAborted();
      await hook(connection, context);
    }
  }
  return Object.assign(sequence, { [parts]: hooks });
}

/** The hooks of a sequence, of a sequence of sequences, or of a hook that is none. */
export function flatten<T>(hook: InitHook<T>): readonly InitHook<T>[] {
  const hooks = parts in hook ? (hook[parts] as readonly InitHook<T>[]) : undefined;
  return hooks === undefined ? [hook] : hooks.flatMap(flatten);
}

const parts = Symbol('hooks of a sequence');
