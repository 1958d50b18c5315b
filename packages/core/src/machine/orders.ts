import type { Machine } from './machine.ts';
import { floor } from './pump.ts';
import type { Slot } from './slot.ts';
import { Event, State } from './transitions.ts';

// What the pool's owner and its connector may order, at any time.

export function resume<T, R>(machine: Machine<T, R>, now: number): void {
  if (machine.state === 'suspended') machine.state = 'open';
  machine.probing.forgive();
  machine.pump(now);
}

/** Replaces every connection. */
export function recycle<T, R>(machine: Machine<T, R>, now: number): void {
  const { slots } = machine;
  machine.probing.forgive();
  for (const slot of slots) {
    if (slot.state === State.idle) slots.end(slot, 'recycled', undefined, true, now);
    else if (slot.state !== State.reserving) slots.doom(slot, 'recycled');
  }
  machine.pump(now);
}

export function resize<T, R>(machine: Machine<T, R>, min: number, max: number, now: number): void {
  machine.min = min;
  machine.max = max;
  shrink(machine, now);
  // What idles for the sake of the old minimum may have to go under the new one.
  for (const slot of machine.slots.idle) machine.slots.comeDue(slot);
  machine.pump(now);
}

/** At most this many (but one may always be tried), for a while. */
export function lowerMax<T, R>(machine: Machine<T, R>, max: number, forMs: number, now: number): void {
  machine.limitMax = Math.max(1, max);
  machine.limitUntil = now + forMs;
  machine.timetable.dueBy(machine.limitUntil);
  shrink(machine, now);
  machine.pump(now);
}

/** Over the maximum: idle ones go at once, the longest unused first; for the rest, as many holders are asked to hurry. */
function shrink<T, R>(machine: Machine<T, R>, now: number): void {
  const { slots } = machine;
  machine.isShrunk = true;
  let excess = slots.live - machine.effectiveMax;
  for (const slot of slots.idle) {
    if (excess-- <= 0) return;
    slots.end(slot, 'resized', undefined, true, now);
  }
  for (const slot of slots.leasedSlots()) {
    if (excess-- <= 0) return;
    slots.effect('retiring', slot);
  }
}

/** Closes up to `count` idle connections above `min`, the longest unused first, for somebody else's sake; says how many. */
export function shed<T, R>(machine: Machine<T, R>, count: number, now: number): number {
  const { slots } = machine;
  let closed = 0;
  for (const slot of slots.idle) {
    if (closed >= count || slots.live <= floor(machine)) break;
    slots.end(slot, 'budget', undefined, true, now);
    closed++;
  }
  machine.pump(now);
  return closed;
}

/** Opens nothing for a while. */
export function pause<T, R>(machine: Machine<T, R>, forMs: number, now: number): void {
  machine.probing.pausedUntil = Math.max(machine.probing.pausedUntil, now + forMs);
  machine.pump(now);
}

/** Closes this one, now or when it comes back. */
export function retire<T, R>(machine: Machine<T, R>, slot: Slot<T>, reason: string, now: number): void {
  if (slot.state === State.idle) machine.slots.end(slot, reason, undefined, true, now);
  else machine.slots.doom(slot, reason);
  machine.pump(now);
}

export function expireAt<T, R>(machine: Machine<T, R>, slot: Slot<T>, at: number): void {
  if (at >= slot.expiresAt) return;
  slot.expiresAt = at;
  machine.slots.comeDue(slot);
}

/** Does not lend this one for a while. */
export function park<T, R>(machine: Machine<T, R>, slot: Slot<T>, forMs: number, now: number): void {
  slot.parkedUntil = Math.max(slot.parkedUntil, now + forMs);
  if (slot.state !== State.idle) return;
  machine.slots.rearrange(slot, now);
  // Its last parking may be over, and only the tick be missing.
  machine.pump(now);
}

/** Refuses callers, ends what is idle, waits for leases until `drainBy`. */
export function close<T, R>(machine: Machine<T, R>, drainBy: number, now: number): void {
  if (machine.state === 'closed') return;
  const { timetable, queue, slots } = machine;
  timetable.drainBy = Math.min(timetable.drainBy, drainBy);
  timetable.dueBy(timetable.drainBy);
  if (machine.state !== 'closing') {
    machine.state = 'closing';
    queue.refuseAll(queue.waiters, 'closed');
    queue.refuseAll(queue.readyCallers, 'closed');
    for (const slot of slots) endForClose(machine, slot, now);
  }
  machine.pump(now);
}

function endForClose<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  const { slots } = machine;
  switch (slot.state) {
    case State.reserving:
      slots.effect('unreserve', slot);
      return slots.leave(slot, Event.unwanted, now);
    case State.opening:
      slots.doom(slot, 'pool-closed');
      return slots.effect('cancel', slot);
    case State.idle:
      return slots.end(slot, 'pool-closed', undefined, true, now);
    case State.checking:
    case State.resetting:
      return slots.end(slot, 'pool-closed', undefined, false, now);
    default:
      slots.doom(slot, 'pool-closed');
  }
}
