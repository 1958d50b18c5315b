import { callerFrame } from '../caller-frame.ts';
import { AcquireTimeoutError, ConnectionError, OpenError, PoolClosedError, QueueFullError } from '../errors.ts';
import type { PoolStats } from '../stats.ts';
import type { Caller } from './caller.ts';
import type { Runner } from './runner.ts';

/** How full the pool is, in the words of its states; nothing that is zero, except the two everybody looks for. */
export function fullness(stats: PoolStats): string {
  const parts = [`${stats.leased} leased`, `${stats.idle} idle`];
  for (const state of ['opening', 'reserving', 'checking', 'resetting', 'closing', 'waiting'] as const) {
    if (stats[state] > 0) parts.push(`${stats[state]} ${state}`);
  }
  const max = stats.effectiveMax < stats.max ? `${stats.effectiveMax} (of ${stats.max})` : `${stats.max}`;
  return `max ${max}: ${parts.join(', ')}`;
}

export function closedError<T>(runner: Runner<T>): PoolClosedError {
  return new PoolClosedError(`pool '${runner.name}' is ${runner.machine.state}; it lends no connections any more`, runner.name);
}

/** Told to work whose connection is taken from it. */
export function takenBack<T>(runner: Runner<T>, reason: string): PoolClosedError | ConnectionError {
  if (runner.machine.state === 'closing') return closedError(runner);
  return new ConnectionError(`pool '${runner.name}' took this connection back (${reason})`);
}

export function queueFull<T>(runner: Runner<T>): QueueFullError {
  const stats = runner.stats();
  const { maxWaiting } = runner.options;
  return new QueueFullError(
    `pool '${runner.name}' has ${stats.waiting} callers waiting, which is all that maxWaiting (${maxWaiting}) allows (${fullness(stats)})`,
    runner.name,
    maxWaiting,
    stats,
    cause(runner),
  );
}

export function noneAvailable<T>(runner: Runner<T>): QueueFullError {
  const stats = runner.stats();
  return new QueueFullError(
    `no connection of pool '${runner.name}' is available right now, and the caller does not wait (timeoutMs: 0; ${fullness(stats)})${lastFailure(runner)}`,
    runner.name,
    runner.options.maxWaiting,
    stats,
    cause(runner),
  );
}

export function timedOut<T>(runner: Runner<T>, caller: Caller<T>, timeoutMs: number, waitedMs: number): AcquireTimeoutError {
  const { stats, oldest } = runner.survey();
  const what = `no connection of pool '${runner.name}' came within ${timeoutMs} ms (${fullness(stats)})`;
  const why = `${nestedIn(caller)}${heldBy(oldest)}${lastFailure(runner)}`;
  const message = `${what}${why}. ${advice(runner, caller, stats)}`;
  return withoutStack(() => new AcquireTimeoutError(message, runner.name, { timeoutMs, waitedMs, stats }, cause(runner)));
}

/** A timer makes it, far from whoever asked: a stack would show the inside of the pool, and cost more than all the rest of a wait. */
function withoutStack<E>(make: () => E): E {
  const { stackTraceLimit } = Error;
  // Not an assignment: where Error is frozen, that would throw.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

/** What the last failed open said, told to a caller that is refused for it. */
export function refusal<T>(runner: Runner<T>): OpenError {
  const { lastOpenError } = runner;
  const why = runner.machine.probing.fatal
    ? 'nothing opens until recycle() or resume()'
    : `opens fail at the moment (whenDown: 'refuse')`;
  return new OpenError(
    `pool '${runner.name}' has no connection for this caller and ${why}; the last open failed: ${lastOpenError?.message ?? 'unknown'}`,
    runner.name,
    {
      code: lastOpenError?.code ?? 'POOL_OPEN_FAILED',
      step: lastOpenError?.step ?? 'open',
      hook: lastOpenError?.hook,
      attempt: lastOpenError?.attempt ?? 1,
    },
    { cause: lastOpenError?.cause ?? lastOpenError },
  );
}

function cause<T>(runner: Runner<T>): ErrorOptions | undefined {
  return runner.lastOpenError === undefined ? undefined : { cause: runner.lastOpenError };
}

function lastFailure<T>(runner: Runner<T>): string {
  const { lastOpenError } = runner;
  return lastOpenError === undefined ? '' : `; the last open failed: ${lastOpenError.message}`;
}

function heldBy(oldest: Holder | undefined): string {
  if (oldest === undefined) return '';
  const label = oldest.label === undefined ? '' : ` by '${oldest.label}'`;
  const site = callerFrame(oldest.stack);
  return `; connection ${oldest.connectionId} is held longest, for ${Math.round(oldest.heldMs)} ms${label}${site === undefined ? '' : ` ${site}`}`;
}

function nestedIn<T>(caller: Caller<T>): string {
  const { nested } = caller;
  return nested?.active ? `; the caller itself holds connection ${nested.connectionId} while it waits for another` : '';
}

/** One suggestion, the likeliest first. */
function advice<T>(runner: Runner<T>, caller: Caller<T>, stats: PoolStats): string {
  if (caller.nested?.active)
    return 'Release the first connection before acquiring a second, or hand it on: nested acquires deadlock a pool';
  if (runner.machine.state === 'suspended') return 'The pool is suspended: call resume()';
  if (stats.consecutiveFailures > 0) return 'The endpoint does not take connections: see the cause';
  if (stats.opening > 0 && stats.leased === 0) return 'Opening takes long: look at openTimeoutMs and at the init hooks';
  if (stats.reserving > 0) return 'A budget shared with other pools is used up: raise it, or lower what others keep';
  if (stats.leased >= stats.effectiveMax) return 'All connections are in use: hold them for less time, or raise max';
  return 'Raise acquireTimeoutMs if this wait is acceptable';
}

export interface Holder {
  readonly connectionId: number;
  readonly heldMs: number;
  readonly label: string | undefined;
  readonly stack: string | undefined;
}
