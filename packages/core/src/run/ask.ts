import type { AcquireOptions } from '../lease.ts';
import { Waiter } from '../machine/waiters.ts';
import { checkDuration, checked } from '../options.ts';
import type { Place } from './beside.ts';
import { Abandonment, type Caller } from './caller.ts';
import { closedError, noneAvailable, queueFull } from './describe.ts';
import { abandon, tell, tryLend } from './lend.ts';
import type { PoolLease } from './pool-lease.ts';
import type { Runner } from './runner.ts';

/** A lease at once; or undefined, and the caller waits in line or was refused. @throws OptionsError */
export function ask<T>(runner: Runner<T>, caller: Caller<T>, options: AcquireOptions | undefined): PoolLease<T> | undefined {
  if (options !== undefined) check(runner, options);
  const { leaks } = runner;
  if (options?.signal?.aborted !== true) {
    const lease = tryLend(runner, options?.longLived, options?.prefer);
    if (lease !== undefined) {
      if (options !== undefined) leaks.note(lease, { label: options.label, place: placeOf(runner, options) });
      if (leaks.tracks) leaks.note(lease, { site: leaks.site() });
      return lease;
    }
  }
  queue(runner, caller, options);
  return undefined;
}

/** For a connection, when none can be had at once: stands in line, or is refused. */
export function queue<T>(runner: Runner<T>, caller: Caller<T>, options: AcquireOptions | undefined): void {
  const { machine } = runner;
  const limitMs = options?.timeoutMs ?? runner.options.acquireTimeoutMs;
  const refusal = turnedAway(runner, options?.signal) ?? noRoom(runner, limitMs);
  if (refusal !== undefined) {
    machine.totals[options?.signal?.aborted === true ? 'aborted' : 'refused']++;
    tell(runner, () => caller.onRefused(refusal.error));
    return;
  }
  if (runner.leaks.tracks) caller.site = runner.leaks.site();
  const waiter = wait(runner, caller, options, false);
  if (runner.hears.wait && waiter.waiting) {
    runner.emit('wait', () => [{ waiting: machine.queue.waiters.size }]);
  }
}

/** Until enough connections are there. @throws OptionsError */
export function queueForReady<T>(runner: Runner<T>, caller: Caller<T>, options: AcquireOptions | undefined): void {
  if (options !== undefined) check(runner, options);
  const refusal = turnedAway(runner, options?.signal);
  if (refusal === undefined) wait(runner, caller, options, true);
  else tell(runner, () => caller.onRefused(refusal.error));
}

function turnedAway<T>(runner: Runner<T>, signal: AbortSignal | undefined): { readonly error: unknown } | undefined {
  if (signal?.aborted === true) return { error: signal.reason };
  const { state } = runner.machine;
  return state === 'closing' || state === 'closed' ? { error: closedError(runner) } : undefined;
}

function noRoom<T>(runner: Runner<T>, limitMs: number): { readonly error: unknown } | undefined {
  const { machine, options } = runner;
  const isFull = machine.queue.waiters.size >= options.maxWaiting;
  if (limitMs > 0 && !isFull) return undefined;
  // Where nobody may wait, nobody would ever make a connection open.
  if (limitMs === 0 || options.maxWaiting === 0) runner.input((_, now) => machine.missed(now));
  return { error: limitMs === 0 ? noneAvailable(runner) : queueFull(runner) };
}

function wait<T>(runner: Runner<T>, caller: Caller<T>, options: AcquireOptions | undefined, ofReady: boolean): Waiter<Caller<T>> {
  const { machine } = runner;
  const now = runner.now();
  const waiter = new Waiter<Caller<T>>(caller, {
    arrival: machine.queue.arrival(),
    askedAt: now,
    limitMs: options?.timeoutMs ?? runner.options.acquireTimeoutMs,
    lane: ofReady ? 0 : (options?.priority ?? runner.defaultLane),
    prefer: options?.prefer,
    longLived: options?.longLived ?? false,
    ofReady,
  });
  caller.label = options?.label;
  if (options?.signal !== undefined) {
    caller.abandonment = new Abandonment(options.signal, (one, reason) => abandon(runner, one, reason));
    caller.abandonment.watch(waiter);
  }
  machine.want(waiter, now);
  runner.settle();
  return waiter;
}

/** Where the work would stand if it were put back in the queue: before everybody who came later. */
function placeOf<T>(runner: Runner<T>, { timeoutMs, priority, prefer }: AcquireOptions): Place | undefined {
  if (timeoutMs === undefined && priority === undefined && prefer === undefined) return undefined;
  const limitMs = timeoutMs ?? runner.options.acquireTimeoutMs;
  return { arrival: 0, askedAt: runner.now(), limitMs, lane: priority ?? runner.defaultLane, prefer };
}

function check<T>(runner: Runner<T>, options: AcquireOptions): void {
  const { timeoutMs, priority, signal, prefer } = options;
  const lanes = runner.options.priorities;
  if (timeoutMs !== undefined) checkDuration('timeoutMs', timeoutMs);
  if (priority !== undefined) {
    const fits = Number.isInteger(priority) && priority >= 0 && priority < lanes;
    checked('priority', priority, fits, `an integer from 0 to ${lanes - 1} (the pool has priorities: ${lanes})`);
  }
  if (signal !== undefined) {
    checked('signal', signal, typeof signal?.addEventListener === 'function', 'an AbortSignal');
  }
  if (prefer !== undefined) checked('prefer', prefer, Array.isArray(prefer), 'an array of tags');
}
