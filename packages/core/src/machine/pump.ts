import { isOverdue, returnsOverdueAt, servedByReturns } from './demand.ts';
import { activeAt, safeUntil } from './idle-due.ts';
import type { Machine } from './machine.ts';
import type { Slot } from './slot.ts';
import { Event } from './transitions.ts';

/** Whatever happened, this and nothing else matches callers to connections and asks for more. */
export function pump<T, R>(machine: Machine<T, R>, now: number): void {
  const { queue, slots } = machine;
  // An offer is out: its answer pumps again.
  if (machine.offered !== undefined) return;
  if (machine.state === 'closing' && slots.total === 0) {
    machine.state = 'closed';
    machine.effects.push({ kind: 'closed' });
  }
  if (machine.state !== 'open') return;
  const { head } = queue.waiters;
  if (head !== undefined) {
    const slot = deliverable(machine, head.prefer, now);
    if (slot !== undefined) {
      slots.lend(slot, false, now);
      machine.offered = slot;
      return;
    }
    checkForWaiters(machine, now);
  }
  if (slots.established >= floor(machine)) queue.announceReady();
  refuseHopeless(machine);
  openWanted(machine, now);
}

/** The idle connection to lend next; undefined when there is none that may be lent just so. */
export function deliverable<T, R>(
  machine: Machine<T, R>,
  prefer: readonly (string | undefined)[] | undefined,
  now: number,
): Slot<T> | undefined {
  const { slots } = machine;
  for (;;) {
    const slot = slots.idle.choose(prefer);
    if (slot === undefined) return undefined;
    // What is stale, or over, is met here once: it stands with those that are not ready from then on.
    if (now >= slot.expiresAt) slots.rearrange(slot, now);
    else if (isStale(machine, slot, now)) slots.distrust(slot, now);
    else return slot;
  }
}

/** It has idled too long to be lent without a ping. */
function isStale<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): boolean {
  const { limits, slots } = machine;
  if (!slots.idleLimit.known && limits.pingAfterIdleMs === Infinity) return false;
  // It answered just now, and nobody has had it since: to ask again would never end.
  if (slot.provenAt >= now && slot.provenUses === slot.uses) return false;
  return now >= safeUntil(slots, slot) || (limits.pings && now - activeAt(slot) >= limits.pingAfterIdleMs);
}

function checkForWaiters<T, R>(machine: Machine<T, R>, now: number): void {
  const { slots, queue } = machine;
  while (slots.checking.size < queue.waiters.size) {
    const slot = slots.idle.suspect.tail;
    if (slot === undefined) return;
    if (machine.limits.pings) slots.check(slot, now);
    else slots.end(slot, 'idle-limit', undefined, true, now);
  }
}

/** While opening cannot help, callers that it would have to serve are told at once. */
function refuseHopeless<T, R>(machine: Machine<T, R>): void {
  const { probing, queue, slots } = machine;
  if (!probing.fatal && !(machine.limits.refuseWhenDown && probing.down)) return;
  const why = probing.fatal ? 'fatal' : 'down';
  const waiting = queue.size;
  if (slots.idle.size + slots.checking.size === 0) queue.refuseAll(queue.waiters, why);
  queue.refuseAll(queue.readyCallers, why);
  // Somebody has to find out when it is up again: with no minimum to restore, nothing else would open.
  if (queue.size < waiting) machine.isMissed = true;
}

/** How many to keep whether or not anybody asks. */
export function floor<T, R>(machine: Machine<T, R>): number {
  // What can neither be pinged nor kept idle would be opened only to be closed: after one round, which is counted, wait for callers.
  const { idleLimit } = machine.slots;
  const least = idleLimit.replaced >= machine.min ? 0 : Math.min(machine.min, machine.effectiveMax);
  return machine.queue.readyCallers.size > 0 ? Math.max(1, least) : least;
}

/** How many more should be on their way, were it not for the peer's health; negative when some are not wanted. */
function shortage<T, R>(machine: Machine<T, R>, now: number): number {
  const { slots, queue, averages } = machine;
  const coming = slots.reserving.size + slots.opening.size;
  const toFloor = floor(machine) - slots.live;
  let forWaiters = queue.waiters.size - coming - slots.checking.size - slots.resetting.size;
  if (forWaiters > 0) forWaiters = Math.max(0, forWaiters - servedByReturns(slots, averages, now));
  // Whoever has waited for as long as an opening takes was promised too much: one is opened, whatever pings and returns promise.
  if (isOverdue(queue.waiters, averages, now)) forWaiters = Math.max(1 - coming, forWaiters);
  const forMissed = machine.isMissed && slots.idle.size + slots.opening.size === 0 ? 1 - slots.reserving.size : -Infinity;
  return Math.min(Math.max(toFloor, forWaiters, forMissed), machine.effectiveMax - slots.total);
}

function openWanted<T, R>(machine: Machine<T, R>, now: number): void {
  const { slots, queue, probing, timetable } = machine;
  if (slots.reserving.size === 0 && slots.total >= machine.effectiveMax) {
    // There is no room, whatever is wanted; and when there is, this is asked again.
    machine.isMissed = false;
    return;
  }
  const wanted = shortage(machine, now);
  for (let surplus = -wanted; surplus > 0; surplus--) {
    const slot = slots.reserving.tail;
    if (slot === undefined) break;
    slots.effect('unreserve', slot);
    slots.leave(slot, Event.unwanted, now);
  }
  if (queue.waiters.size > 0) timetable.dueBy(returnsOverdueAt(slots, queue.waiters, machine.averages, now));
  if (wanted <= 0 && slots.reserving.size === 0) machine.isMissed = false;
  if (wanted <= 0) return;
  const opensAt = probing.opensAt();
  if (now < opensAt) return timetable.dueBy(opensAt);
  const room = probing.windowFor(queue.waiters.size) - slots.opening.size - slots.reserving.size;
  for (let count = Math.min(wanted, room); count > 0; count--) {
    const slot = slots.reserve(now);
    if (machine.limits.budgeted) continue;
    machine.isMissed = false;
    slots.open(slot, probing.round, probing.attempt, now);
  }
}
