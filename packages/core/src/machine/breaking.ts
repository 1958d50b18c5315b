import { activeAt } from './idle-due.ts';
import type { Machine } from './machine.ts';
import { togetherMs } from './probing.ts';
import type { Slot } from './slot.ts';
import { State } from './transitions.ts';

// Connections that break, whoever notices, and what that says of the others.

/** What was taken or offered turns out to be dead, before anybody had it. */
export function dead<T, R>(machine: Machine<T, R>, slot: Slot<T>, error: unknown, now: number, retryInMs?: number): void {
  // Whoever was asked may have reported it already.
  if (slot.state !== State.leased) return;
  if (machine.offered === slot) machine.offered = undefined;
  slot.uses--;
  const isNews = slot.doom !== 'broken';
  machine.slots.end(slot, 'broken', error, false, now);
  if (isNews) broke(machine, slot, now, retryInMs);
  machine.pump(now);
}

/** The connector saw it die. */
export function broken<T, R>(machine: Machine<T, R>, slot: Slot<T>, error: unknown, now: number, retryInMs?: number): void {
  const idledMs = idledAfterUse(slot, now);
  switch (slot.state) {
    case State.idle:
      learn(machine, slot, now);
      machine.slots.end(slot, 'broken', error, false, now);
      break;
    case State.checking:
    case State.resetting:
      machine.slots.end(slot, 'broken', error, false, now);
      break;
    case State.leased:
      if (slot === machine.offered) return dead(machine, slot, error, now, retryInMs);
      if (slot.doom === 'broken') return;
      learnFromUse(machine, slot, now);
      // Its holder finds out by itself. Until it comes back it counts; then it goes.
      slot.error = error;
      slot.doom = 'broken';
      machine.slots.effect('retiring', slot);
      break;
    default:
      return;
  }
  broke(machine, slot, now, retryInMs, idledMs);
  machine.pump(now);
}

/** The permit of its connection was lost: it has to go at once, whoever has it. */
export function lost<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  switch (slot.state) {
    case State.leased:
      if (slot === machine.offered) machine.offered = undefined;
      machine.heldUntil(slot, now);
      break;
    case State.idle:
    case State.checking:
    case State.resetting:
      break;
    default:
      return;
  }
  machine.slots.end(slot, 'permit-lost', undefined, false, now);
  machine.pump(now);
}

/** The peer closed it while it was idle: perhaps it closes all at this age. */
function learn<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  const { slots, limits } = machine;
  if (!limits.learnsIdleLimit) return;
  const { idleLimit } = slots;
  const { safeMs } = idleLimit;
  const isNew = idleLimit.died(now - activeAt(slot), now);
  if (idleLimit.safeMs !== safeMs) for (const idle of slots.idle) slots.comeDue(idle);
  if (isNew) machine.notice('idle-limit', { estimateMs: slots.idleLimit.estimateMs });
}

/**
 * It broke in the hands of its holder. Right after it was lent, that may be the goodbye of a peer which had waited long enough: it
 * was on its way when the holder spoke. Where callers always come at that moment, nothing else would ever tell.
 */
export function learnFromUse<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  const idledMs = slot.since - activeAt(slot);
  if (now - slot.since <= Math.min(idledMs * onTheWay, togetherMs)) learn(machine, slot, now);
}

/** For how long it had idled when it broke, if a peer may have closed it for that, else NaN: those that nobody ever used say more about the peer. */
function idledAfterUse<T>(slot: Slot<T>, now: number): number {
  const idledMs = now - activeAt(slot);
  return slot.state === State.idle && slot.uses > 0 && idledMs >= leastIdleLimitMs ? idledMs : NaN;
}

/** `retryInMs`: what the backoff says for the case that nobody has used it. */
export function broke<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number, retryInMs = 0, idledMs = NaN): void {
  const { probing } = machine;
  if (slot.uses === 0 && now - slot.openedAt < togetherMs) probing.brokeUnused(slot.round, now + retryInMs);
  if (probing.broke(now, idledMs)) suspect(machine, now);
}

/** Siblings of connections that broke, or of a machine that slept: to be pinged before they are lent, if they can be. */
export function suspect<T, R>(machine: Machine<T, R>, now: number): void {
  const { slots } = machine;
  slots.suspicion++;
  if (!machine.limits.pings) return;
  for (const slot of slots.idle.ready) slots.rearrange(slot, now);
}

/** A goodbye met on the way is heard within this share of the time that the connection had idled. */
const onTheWay = 0.15;
/** No server is known that closes sooner on purpose. */
const leastIdleLimitMs = 500;
