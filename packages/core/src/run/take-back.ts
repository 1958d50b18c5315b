import type { CloseReason } from '../connector.ts';
import type { LeaseRequest } from '../lease.ts';
import type { Slot } from '../machine/slot.ts';
import { Waiter } from '../machine/waiters.ts';
import { type Beside, beside } from './beside.ts';
import { type Caller, RequestedLease } from './caller.ts';
import type { Runner } from './runner.ts';

/** A lease ends well: its connection goes to the next caller, or is idle, or is closed when it is no good any more. */
export function release<T>(runner: Runner<T>, slot: Slot<T>): void {
  const { hooks, machine } = runner;
  if (hooks.asksOnReturn && !isFit(runner, slot)) return;
  const now = runner.turn();
  if (runner.hears.release || slot.reported) announceEnd(runner, slot, now);
  const notes = beside(slot);
  if (notes.noted) forget(notes);
  const { reservations } = runner;
  if (reservations !== undefined) reservations.comesBack(slot, now);
  machine.returned(slot, now);
  if (machine.offered !== undefined || machine.effects.length > 0 || reservations !== undefined) runner.settle();
  else runner.alarm.hasten();
  if (hooks.guards) hooks.guardIdle(slot);
}

/** Asks the connector about one that comes back; false when it had to end it. */
function isFit<T>(runner: Runner<T>, slot: Slot<T>): boolean {
  const { hooks } = runner;
  const connection = slot.connection as T;
  const isAlive = hooks.isAlive(connection);
  if (!isAlive) end(runner, slot, 'broken', undefined, true);
  else if (!hooks.isClean(connection)) end(runner, slot, 'unclean', undefined, false);
  else {
    slot.tag = hooks.tag(connection);
    return true;
  }
  return false;
}

export function discard<T>(runner: Runner<T>, slot: Slot<T>, reason: CloseReason, error: unknown): void {
  end(runner, slot, reason, error, reason === 'broken');
}

function end<T>(runner: Runner<T>, slot: Slot<T>, reason: CloseReason, error: unknown, broke: boolean): void {
  announceEnd(runner, slot, runner.now());
  forget(beside(slot));
  // When the watch saw it die, that is why it is no good, and it has been counted.
  const seen = slot.doom === 'broken';
  runner.input((machine, now) => machine.discarded(slot, seen ? 'broken' : reason, error, broke && !seen, now));
}

export function detach<T>(runner: Runner<T>, slot: Slot<T>): T {
  const connection = slot.connection as T;
  announceEnd(runner, slot, runner.now());
  forget(beside(slot));
  runner.untrack(slot);
  runner.hooks.unwatch(slot);
  runner.input((machine, now) => machine.detached(slot, now));
  return connection;
}

/** The work goes back to its place in the queue, then the connection away: what replaces it is for the head of the queue. */
export function requeue<T>(runner: Runner<T>, slot: Slot<T>, request: LeaseRequest<T>): void {
  const { machine } = runner;
  // A lease that was got at once had no place: it was before everybody who waits now.
  const place = beside(slot).place ?? {
    arrival: 0,
    askedAt: slot.since,
    limitMs: runner.options.acquireTimeoutMs,
    lane: runner.defaultLane,
    prefer: undefined,
  };
  const { longLived } = slot;
  machine.totals.requeued++;
  machine.want(new Waiter<Caller<T>>(new RequestedLease(request), { ...place, longLived, ofReady: false }), runner.now());
  discard(runner, slot, 'discarded', undefined);
}

/** What belonged to the lease that ended. */
function forget<T>(notes: Beside<T>): void {
  notes.noted = false;
  notes.retiring = undefined;
  notes.label = undefined;
  notes.site = undefined;
  notes.scope = undefined;
  notes.place = undefined;
}

/** Aborts when the pool would like this connection back. */
export function retiring<T>(runner: Runner<T>, slot: Slot<T>): AbortSignal {
  const notes = beside(slot);
  if (notes.retiring === undefined) {
    notes.retiring = new AbortController();
    notes.noted = true;
    if (slot.doom !== undefined || runner.machine.state === 'closing') notes.retiring.abort();
  }
  return notes.retiring.signal;
}

function announceEnd<T>(runner: Runner<T>, slot: Slot<T>, now: number): void {
  const heldMs = Math.max(0, now - slot.since);
  if (slot.reported) {
    const { label } = beside(slot);
    runner.emit('leakReturned', () => [{ ...runner.info(slot), heldMs, label }]);
  }
  runner.emit('release', () => [{ ...runner.info(slot), heldMs }]);
}
