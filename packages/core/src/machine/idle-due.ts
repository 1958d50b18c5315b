import type { Slot } from './slot.ts';
import type { Slots } from './slots.ts';

// When what about an idle connection.

/** The peer last heard of it. */
export function activeAt<T>(slot: Slot<T>): number {
  return Math.max(slot.usedAt, slot.provenAt);
}

/** Its keep-alive ping is due. */
export function pingAt<T>(slot: Slot<T>): number {
  return activeAt(slot) + slot.pingEveryMs;
}

/** From here on the peer may be about to close it. */
export function safeUntil<T>({ idleLimit }: Slots<T>, slot: Slot<T>): number {
  return activeAt(slot) + (slot.testing ? idleLimit.outlivedMs : idleLimit.safeMs);
}

/** It has idled for too long. */
export function idleOutAt<T>({ limits }: Slots<T>, slot: Slot<T>): number {
  return slot.usedAt + limits.idleTimeoutMs;
}

/** It next wants attention. */
export function idleDueAt<T>(slots: Slots<T>, slot: Slot<T>, outAt = idleOutAt(slots, slot)): number {
  const isParked = slot.list === slots.idle.parked && !slot.testing;
  const parked = isParked ? Math.max(slot.parkedUntil, slot.since) : Infinity;
  return Math.min(outAt, slot.expiresAt, pingAt(slot), safeUntil(slots, slot), parked);
}
