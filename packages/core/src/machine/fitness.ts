import type { Machine } from './machine.ts';
import type { Slot } from './slot.ts';

/** Why this connection must not be lent once more; undefined when it may. */
export function whyNotAgain<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): string | undefined {
  if (slot.doom !== undefined) return slot.doom;
  if (slot.uses >= machine.limits.maxUses) return 'max-uses';
  if (now >= slot.expiresAt) return 'max-lifetime';
  return machine.isShrunk && isTooMany(machine) ? 'resized' : undefined;
}

/** It is idle, and goes at once when it must not be lent again. */
export function endIfUnfit<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  const doom = whyNotAgain(machine, slot, now);
  if (doom !== undefined) machine.slots.end(slot, doom, slot.error, true, now);
}

function isTooMany<T, R>(machine: Machine<T, R>): boolean {
  machine.isShrunk = machine.slots.live > machine.effectiveMax;
  return machine.isShrunk;
}
