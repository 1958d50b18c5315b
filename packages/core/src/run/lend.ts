import { contain } from '../contain.ts';
import { dead } from '../machine/breaking.ts';
import type { Refusal } from '../machine/effects.ts';
import type { Slot } from '../machine/slot.ts';
import type { Waiter } from '../machine/waiters.ts';
import { type Beside, beside } from './beside.ts';
import type { Caller } from './caller.ts';
import { closedError, refusal, timedOut } from './describe.ts';
import { LeaseToken, PoolLease } from './pool-lease.ts';
import { retryIfUnused } from './retry-delay.ts';
import type { Runner } from './runner.ts';

/** An idle connection now, passing nobody who waits; undefined when there is none. */
export function tryLend<T>(
  runner: Runner<T>,
  longLived?: boolean,
  prefer?: readonly (string | undefined)[],
): PoolLease<T> | undefined {
  const now = runner.turn();
  let slot = runner.machine.take(now, longLived, prefer);
  if (slot !== undefined && runner.hooks.asksAlive) slot = firstAlive(runner, slot, now, longLived, prefer);
  if (slot === undefined) return undefined;
  // A lease may be the first thing that time is needed for: it could leak.
  runner.alarm.hasten();
  return lease(runner, slot, 0);
}

/** This one, or the next that is alive. */
function firstAlive<T>(
  runner: Runner<T>,
  first: Slot<T>,
  now: number,
  longLived?: boolean,
  prefer?: readonly (string | undefined)[],
): Slot<T> | undefined {
  const { machine, hooks } = runner;
  let slot: Slot<T> | undefined = first;
  while (slot !== undefined && !hooks.isAlive(slot.connection as T)) {
    dead(machine, slot, undefined, now, retryIfUnused(runner, slot));
    runner.settle();
    slot = machine.take(now, longLived, prefer);
  }
  return slot;
}

function lease<T>(runner: Runner<T>, slot: Slot<T>, waitedMs: number): PoolLease<T> {
  if (runner.hooks.guards) runner.hooks.unguard(slot);
  runner.machine.totals.acquired++;
  if (runner.hears.acquire) announceLease(runner, slot, waitedMs);
  const notes = beside(slot);
  const token = notes.token ?? newToken(runner, slot, notes);
  notes.token = undefined;
  return new PoolLease(token);
}

function announceLease<T>(runner: Runner<T>, slot: Slot<T>, waitedMs: number): void {
  runner.emit('acquire', () => [{ ...runner.info(slot), waitedMs }]);
}

function newToken<T>(runner: Runner<T>, slot: Slot<T>, notes: Beside<T>): LeaseToken<T> {
  const token = new LeaseToken(runner, slot);
  notes.tokenRef = new WeakRef(token);
  return token;
}

/** The machine offers a connection: to whoever is at the head of the queue, if it is alive. */
export function handOver<T>(runner: Runner<T>, slot: Slot<T>): void {
  const { machine, hooks } = runner;
  const now = runner.turn();
  if (!hooks.isAlive(slot.connection as T)) return dead(machine, slot, undefined, now, retryIfUnused(runner, slot));
  // What was asked may have ended the connection, or the pool.
  if (machine.offered !== slot) return;
  const waiter = machine.accepted(slot, now);
  if (waiter === undefined) return hooks.guardIdle(slot);
  const caller = waiter.request;
  const given = lease(runner, slot, Math.max(0, now - waiter.askedAt));
  const notes = beside(slot);
  notes.noted = true;
  notes.label = caller.label;
  notes.site = caller.site;
  const { arrival, askedAt, limitMs, lane, prefer } = waiter;
  notes.place = { arrival, askedAt, limitMs, lane, prefer };
  caller.abandonment?.unwatch();
  try {
    contain(caller.onLease(given), (error) => runner.fault('request', error));
  } catch (error) {
    runner.fault('request', error);
    // Whoever failed to take it will not give it back, or may have begun to use it.
    if (given.active) given.discard('aborted');
  }
}

/** A caller gives up. */
export function abandon<T>(runner: Runner<T>, waiter: Waiter<Caller<T>>, reason: unknown): void {
  runner.input((machine, now) => {
    if (!machine.leave(waiter, now)) return;
    if (!waiter.ofReady) machine.totals.aborted++;
    answer(runner, waiter, (caller) => caller.onRefused(reason));
  });
}

export function refuse<T>(runner: Runner<T>, waiter: Waiter<Caller<T>>, why: Refusal): void {
  const { totals } = runner.machine;
  if (!waiter.ofReady) {
    if (why === 'timeout') totals.timedOut++;
    else totals.refused++;
  }
  answer(runner, waiter, (caller) => caller.onRefused(refusalError(runner, waiter, why)));
}

function refusalError<T>(runner: Runner<T>, waiter: Waiter<Caller<T>>, why: Refusal): Error {
  if (why === 'closed') return closedError(runner);
  if (why !== 'timeout') return refusal(runner);
  return timedOut(runner, waiter.request, waiter.limitMs, runner.now() - waiter.askedAt);
}

/** A caller that waited is answered. False when its callback threw. */
export function answer<T>(runner: Runner<T>, waiter: Waiter<Caller<T>>, how: (caller: Caller<T>) => void): boolean {
  const caller = waiter.request;
  caller.abandonment?.unwatch();
  return tell(runner, () => how(caller));
}

/** Calls back a caller. False when that threw. */
export function tell<T>(runner: Runner<T>, callback: () => void): boolean {
  const failed = (error: unknown): void => runner.fault('request', error);
  try {
    contain(callback(), failed);
    return true;
  } catch (error) {
    failed(error);
    return false;
  }
}
