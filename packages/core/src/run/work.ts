import { isConnectionError } from '../errors.ts';
import type { Lease, UseContext, UseOptions } from '../lease.ts';
import { matches } from '../matchers.ts';
import { beside } from './beside.ts';
import { onAbort } from './on-abort.ts';
import { PoolLease } from './pool-lease.ts';
import type { Runner } from './runner.ts';
import { WorkDeadline, WorkScope } from './work-scope.ts';

/** The inside of `pool.use`. */
export async function useWork<T, R>(
  runner: Runner<T>,
  lease: Lease<T>,
  work: (connection: T, context: UseContext<T>) => R | PromiseLike<R>,
  options: UseOptions | undefined,
): Promise<R> {
  if (options?.signal?.aborted) throw notBegun(lease, options.signal);
  const scope = new WorkScope(lease);
  attach(lease, scope);
  const limits = limit(runner, scope, options?.signal, options?.workTimeoutMs);
  try {
    const working = work(lease.value, scope);
    const result = await (limits === undefined ? working : Promise.race([working, scope.ended]));
    limits?.lift();
    giveBack(lease, scope);
    return result;
  } catch (error) {
    limits?.lift();
    giveBackAfter(runner, lease, scope, error);
    throw error;
  }
}

/** The inside of `pool.stream`. */
export async function* streamWork<T, R>(
  runner: Runner<T>,
  lease: Lease<T>,
  work: (connection: T, context: UseContext<T>) => AsyncIterable<R>,
  signal: AbortSignal | undefined,
): AsyncGenerator<R, void, undefined> {
  if (signal?.aborted) throw notBegun(lease, signal);
  const scope = new WorkScope(lease);
  attach(lease, scope);
  const limits = limit(runner, scope, signal, undefined);
  let items: AsyncIterator<R> | undefined;
  let over = false;
  try {
    items = work(lease.value, scope)[Symbol.asyncIterator]();
    for (;;) {
      const next = items.next();
      const item = await (limits === undefined ? next : Promise.race([next, scope.ended]));
      if (item.done === true) break;
      yield item.value;
    }
    over = true;
    giveBack(lease, scope);
  } catch (error) {
    over = true;
    giveBackAfter(runner, lease, scope, error);
    throw error;
  } finally {
    limits?.lift();
    if (!over) await leave(runner, lease, scope, items);
    // Its last item may never come: it is told, and not waited for.
    else if (scope.aborted) void dismiss(items);
  }
}

/** Called off after the lease was given and before the work could begin: the connection is as it was. */
function notBegun<T>(lease: Lease<T>, signal: AbortSignal): unknown {
  lease[Symbol.dispose]();
  return signal.reason;
}

/** So that the pool can end the work when it takes the connection back by force. */
function attach<T>(lease: Lease<T>, scope: WorkScope<T>): void {
  const notes = beside(PoolLease.slotOf(lease as PoolLease<T>));
  notes.noted = true;
  notes.scope = scope;
}

/** The loop was left before its end: whether the connection is in order, only the connector can tell. */
async function leave<T, R>(
  runner: Runner<T>,
  lease: Lease<T>,
  scope: WorkScope<T>,
  items: AsyncIterator<R> | undefined,
): Promise<void> {
  try {
    await items?.return?.();
  } catch (error) {
    giveBackAfter(runner, lease, scope, error);
    throw error;
  }
  if (runner.connector.isClean === undefined && lease.active) lease.discard('unclean');
  else giveBack(lease, scope);
}

async function dismiss<R>(items: AsyncIterator<R> | undefined): Promise<void> {
  try {
    await items?.return?.();
  } catch {
    // The caller has been told why the work was ended.
  }
}

/** The work settled well, or was ended early. */
function giveBack<T>(lease: Lease<T>, scope: WorkScope<T>): void {
  // The work may have released, discarded or detached it, or the pool have taken it back.
  if (!lease.active) return;
  if (scope.aborted) lease.discard('aborted');
  else lease.release();
}

/**
 * The work threw. The cases, in order:
 * 1. the error says that the connection is no good: discard;
 * 2. the work was ended before it settled: discard, for nobody knows where in the protocol it stopped;
 * 3. not alive or not clean: `release` discards;
 * 4. it is the caller's own business: the connection goes back.
 */
function giveBackAfter<T>(runner: Runner<T>, lease: Lease<T>, scope: WorkScope<T>, error: unknown): void {
  if (!lease.active) return;
  if (breaks(runner, error)) lease.discard('broken', error);
  else if (scope.aborted) lease.discard('aborted', error);
  else lease.release();
}

function breaks<T>(runner: Runner<T>, error: unknown): boolean {
  if (isConnectionError(error)) return true;
  const { connector, options } = runner;
  const fault = (thrown: unknown): void => runner.fault('discardOn', thrown);
  return matches(error, options.discardOn, fault) || matches(error, connector.brokenBy ?? [], fault);
}

/** What may end the work early; undefined when nothing can but the pool itself, which spares the race. */
function limit<T>(
  runner: Runner<T>,
  scope: WorkScope<T>,
  signal: AbortSignal | undefined,
  workTimeoutMs: number | undefined,
): { readonly lift: () => void } | undefined {
  if (signal === undefined && (workTimeoutMs === undefined || workTimeoutMs === Infinity)) return undefined;
  const unwatch = signal === undefined ? undefined : onAbort(signal, () => scope.abort(signal.reason));
  const deadline = workTimeoutMs === undefined ? undefined : new WorkDeadline(scope, workTimeoutMs, runner.now(), runner.name);
  if (deadline !== undefined) runner.input((machine) => machine.limit(deadline));
  return {
    lift: () => {
      unwatch?.();
      if (deadline !== undefined) runner.machine.timetable.deadlines.remove(deadline);
    },
  };
}
