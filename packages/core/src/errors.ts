import type { OpenVerdict } from './connector.ts';
import type { PoolStats } from './stats.ts';

/** Two installed copies of a package break `instanceof`; a registered symbol is the same in both. */
const brand: unique symbol = Symbol.for('@pool/core/error') as typeof brand;

/**
 * What every error of the pool has: a stable `code`, the name of the pool, and the original error as `cause`.
 * Match on `code`, which also works when two copies of a package are installed; or on the class within one copy.
 */
export abstract class PoolError extends Error {
  abstract readonly code: string;
  readonly poolName: string | undefined;
  get [brand](): 'pool' | 'connection' {
    return 'pool';
  }

  /** What it means when an open fails with this error, where the connector does not say: a login that was refused is `'fatal'`, say. */
  get openVerdict(): OpenVerdict | undefined {
    return undefined;
  }

  constructor(message: string, poolName?: string, options?: ErrorOptions) {
    super(message, options);
    this.poolName = poolName;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option that is unknown or impossible; the message names it, its value and what is allowed. */
export class OptionsError extends PoolError {
  readonly code = 'POOL_BAD_OPTION';
  readonly option: string;

  constructor(option: string, message: string, poolName?: string) {
    super(message, poolName);
    this.option = option;
  }
}

/** The pool was closed before (or while) it was asked. */
export class PoolClosedError extends PoolError {
  readonly code = 'POOL_CLOSED';
}

/** `maxWaiting` callers wait already; or, with `timeoutMs: 0`, no connection is available right now. */
export class QueueFullError extends PoolError {
  readonly code = 'POOL_QUEUE_FULL';
  readonly maxWaiting: number;
  readonly stats: PoolStats;

  constructor(message: string, poolName: string, maxWaiting: number, stats: PoolStats, options?: ErrorOptions) {
    super(message, poolName, options);
    this.maxWaiting = maxWaiting;
    this.stats = stats;
  }
}

/** No connection came within the limit. Message and `stats` say how full the pool was; `cause` is the last failed open, if any. */
export class AcquireTimeoutError extends PoolError {
  readonly code = 'POOL_ACQUIRE_TIMEOUT';
  readonly timeoutMs: number;
  readonly waitedMs: number;
  readonly stats: PoolStats;

  constructor(
    message: string,
    poolName: string,
    limit: { readonly timeoutMs: number; readonly waitedMs: number; readonly stats: PoolStats },
    options?: ErrorOptions,
  ) {
    super(message, poolName, options);
    this.timeoutMs = limit.timeoutMs;
    this.waitedMs = limit.waitedMs;
    this.stats = limit.stats;
  }
}

/** A connection could not be opened or made usable. `cause` is what the connector or the init hook threw. */
export class OpenError extends PoolError {
  readonly code: 'POOL_OPEN_FAILED' | 'POOL_OPEN_TIMEOUT';
  readonly step: 'open' | 'init';
  /** The init hook's function name, for step `'init'`. */
  readonly hook: string | undefined;
  readonly attempt: number;

  constructor(
    message: string,
    poolName: string,
    failure: {
      readonly code: OpenError['code'];
      readonly step: OpenError['step'];
      readonly hook: string | undefined;
      readonly attempt: number;
    },
    options?: ErrorOptions,
  ) {
    super(message, poolName, options);
    this.code = failure.code;
    this.step = failure.step;
    this.hook = failure.hook;
    this.attempt = failure.attempt;
  }
}

/** A ping, reset or close outlasted its limit; told through the `fault` and `discard` events. */
export class StepTimeoutError extends PoolError {
  readonly code = 'POOL_STEP_TIMEOUT';
  readonly step: 'ping' | 'reset' | 'close';
  readonly timeoutMs: number;

  constructor(step: StepTimeoutError['step'], timeoutMs: number, poolName: string) {
    super(`${step} of a connection of pool '${poolName}' did not settle within ${timeoutMs} ms (${step}TimeoutMs)`, poolName);
    this.step = step;
    this.timeoutMs = timeoutMs;
  }
}

/** The work of a `use` outlasted its `workTimeoutMs`; its connection was discarded. */
export class WorkTimeoutError extends PoolError {
  readonly code = 'POOL_WORK_TIMEOUT';
  readonly timeoutMs: number;

  constructor(timeoutMs: number, poolName: string) {
    super(
      `the work given to use() did not settle within ${timeoutMs} ms (workTimeoutMs); its connection was discarded. Give the work more time, or hand context.signal to what it waits for`,
      poolName,
    );
    this.timeoutMs = timeoutMs;
  }
}

/** The lease had ended already; the message names the call that ended it. */
export class LeaseEndedError extends PoolError {
  readonly code = 'POOL_LEASE_ENDED';
}

/** Throw this (or a subclass) to say: the connection is broken, do not lend it again. */
export class ConnectionError extends PoolError {
  readonly code: string = 'POOL_CONNECTION';
  override get [brand](): 'connection' {
    return 'connection';
  }

  constructor(message: string, options?: ErrorOptions) {
    super(message, undefined, options);
  }
}

/** True for errors of this package, whichever installed copy of it made them. */
export function isPoolError(error: unknown): error is PoolError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** As `isPoolError`, for `ConnectionError` and its subclasses. */
export function isConnectionError(error: unknown): error is ConnectionError {
  return isPoolError(error) && error[brand] === 'connection';
}
