import { idleDueAt, idleOutAt, pingAt, safeUntil } from './idle-due.ts';
import type { Machine } from './machine.ts';
import { floor } from './pump.ts';
import type { Slot } from './slot.ts';
import type { SlotList } from './slot-list.ts';
import { State } from './transitions.ts';
import { Waiter } from './waiters.ts';

/** Time has passed: does what is due, and says when to come again. */
export function tick<T, R>(machine: Machine<T, R>, now: number): void {
  const { limits, slots, timetable } = machine;
  expireDeadlines(machine, now);
  overdue(machine, slots.opening, limits.openTimeoutMs, now);
  overdue(machine, slots.checking, limits.pingTimeoutMs, now);
  overdue(machine, slots.resetting, limits.resetTimeoutMs, now);
  overdue(machine, slots.closing, limits.closeTimeoutMs, now);
  for (let slot = timetable.take(now); slot !== undefined; slot = timetable.take(now)) attend(machine, slot, now);
  if (now >= machine.limitUntil) machine.limitMax = Infinity;
  if (now >= timetable.leakAt) sweepLeaks(machine, now);
  if (now >= timetable.drainBy) takeBack(machine, now);
  // When to open something is the pump's to say, which may ask for an earlier time still.
  timetable.wakeAt = nextDue(machine);
  machine.pump(now);
}

function expireDeadlines<T, R>(machine: Machine<T, R>, now: number): void {
  const { deadlines } = machine.timetable;
  for (let deadline = deadlines.take(now); deadline !== undefined; deadline = deadlines.take(now)) {
    if (deadline instanceof Waiter) machine.queue.refuse(deadline, 'timeout');
    else machine.effects.push({ kind: 'overwork', work: deadline });
  }
}

function overdue<T, R>(machine: Machine<T, R>, list: SlotList<T>, limitMs: number, now: number): void {
  // The same sum as in `nextDue`: rounded otherwise, the timer would ring in vain.
  for (let slot = list.head; slot !== undefined && slot.since + limitMs <= now; slot = slot.next) {
    machine.slots.effect('overdue', slot);
  }
}

/** Something about this slot may be due: does it, and notes when to look again. */
function attend<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  const { limits, slots, timetable } = machine;
  if (slot.state === State.leased && now >= slot.expiresAt) return slots.doom(slot, 'max-lifetime');
  if (slot.state !== State.idle) {
    // Its other dues are noted again when it is idle, and if it is too old then, it goes.
    if (now < slot.expiresAt) timetable.attend(slot, slot.expiresAt);
    return;
  }
  slots.rearrange(slot, now);
  if (now >= slot.expiresAt) return slots.end(slot, 'max-lifetime', undefined, true, now);
  if (now >= safeUntil(slots, slot)) return outlastIdleLimit(machine, slot, now);
  const idledOut = now >= idleOutAt(slots, slot);
  if (idledOut && slots.live > floor(machine)) return slots.end(slot, 'idle-timeout', undefined, true, now);
  if (now >= pingAt(slot)) return slots.check(slot, now);
  // Kept for `min` although it idled too long: look again one idle timeout from now.
  const again = now + Math.max(limits.idleTimeoutMs, leastMs);
  timetable.attend(slot, idledOut ? idleDueAt(slots, slot, again) : idleDueAt(slots, slot));
}

/** The peer is expected to close it soon: pings it, closes it first, or (rarely) sees whether that is still so. */
function outlastIdleLimit<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  const { slots, limits } = machine;
  const { idleLimit } = slots;
  if (slot.testing) {
    // It lives: the peer has changed its mind.
    idleLimit.forget();
    machine.notice('idle-limit-forgotten', undefined);
    slot.testing = false;
    for (const idle of slots.idle) {
      if (idle.trust < 0) idle.trust = slots.suspicion;
      slots.rearrange(idle, now);
      slots.comeDue(idle);
    }
    return;
  }
  if (now >= idleLimit.testAt && slots.total < machine.effectiveMax) {
    idleLimit.testAt = now + 20 * idleLimit.estimateMs;
    slot.testing = true;
    slots.rearrange(slot, now);
    return slots.comeDue(slot);
  }
  if (limits.pings) return slots.check(slot, now);
  if (slots.live <= machine.min && ++idleLimit.replaced === machine.min) {
    machine.notice('min-on-demand', { min: machine.min, idleLimitMs: idleLimit.estimateMs });
  }
  slots.end(slot, 'idle-limit', undefined, true, now);
}

/** So that an idle timeout of zero is no busy loop. */
const leastMs = 1000;

function sweepLeaks<T, R>(machine: Machine<T, R>, now: number): void {
  const { slots, timetable, limits } = machine;
  timetable.leakAt = Infinity;
  for (const slot of slots.leasedSlots()) {
    if (slot.reported || slot.longLived) continue;
    if (slot.since + limits.leakAfterMs <= now) {
      slot.reported = true;
      slots.effect('leak', slot);
    } else {
      // All that follow were lent later still, and what is held for long on purpose does not count.
      timetable.leakAt = slot.since + limits.leakAfterMs;
      return;
    }
  }
}

/** The drain is over: nobody waits for leases any more. */
function takeBack<T, R>(machine: Machine<T, R>, now: number): void {
  const { slots, timetable } = machine;
  timetable.drainBy = Infinity;
  for (const slot of slots.leasedSlots()) {
    const heldMs = now - slot.since;
    machine.forced.push({ slot, heldMs });
    machine.totals.leasedMs += heldMs;
    slots.end(slot, 'pool-closed', undefined, false, now);
  }
  for (const slot of slots.opening) slots.effect('overdue', slot);
}

function nextDue<T, R>(machine: Machine<T, R>): number {
  const { limits, slots, timetable } = machine;
  return Math.min(
    timetable.earliest,
    (slots.opening.head?.since ?? Infinity) + limits.openTimeoutMs,
    (slots.checking.head?.since ?? Infinity) + limits.pingTimeoutMs,
    (slots.resetting.head?.since ?? Infinity) + limits.resetTimeoutMs,
    (slots.closing.head?.since ?? Infinity) + limits.closeTimeoutMs,
    machine.limitMax === Infinity ? Infinity : machine.limitUntil,
  );
}
