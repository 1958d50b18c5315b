import type { Averages } from './averages.ts';
import type { Slots } from './slots.ts';
import type { Waiters } from './waiters.ts';

/** Callers that returning connections will serve sooner than new ones could: opening for them would not help them. */
export function servedByReturns<T>(slots: Slots<T>, averages: Averages, now: number): number {
  if (!averages.returnsAreSooner) return 0;
  sortOut(slots, averages, now);
  // One that is being made clean counts for one caller as it is; it will serve as many as the others.
  return slots.leased.size * averages.servedByOne + slots.resetting.size * (averages.servedByOne - 1);
}

/** Leases that have lasted for longer than is usual are not expected back soon. */
function sortOut<T>(slots: Slots<T>, averages: Averages, now: number): void {
  const { leased } = slots;
  for (let slot = leased.head; slot !== undefined && slot.since + averages.soonMs <= now; slot = leased.head) {
    slots.holdLong(slot);
  }
}

/** Somebody was left to connections that come back, from a holder, a ping or a reset, and has waited for as long as an opening takes. */
export function isOverdue<R>(waiters: Waiters<R>, averages: Averages, now: number): boolean {
  const { oldest } = waiters;
  return oldest !== undefined && oldest.askedAt + averages.openMs <= now;
}

/** When callers that were left to those must be thought of again; Infinity when there are none. */
export function returnsOverdueAt<T, R>(slots: Slots<T>, waiters: Waiters<R>, averages: Averages, now: number): number {
  const { oldest } = waiters;
  if (oldest === undefined) return Infinity;
  const isLeftToReturns = averages.returnsAreSooner;
  if (!isLeftToReturns && slots.checking.size + slots.resetting.size === 0) return Infinity;
  if (isLeftToReturns) sortOut(slots, averages, now);
  const patienceEnds = oldest.askedAt + averages.openMs;
  const soonEnds = isLeftToReturns ? (slots.leased.head?.since ?? Infinity) + averages.soonMs : Infinity;
  // Once patience has ended it has been acted on; there is nothing to wake up for.
  return patienceEnds <= now ? soonEnds : Math.min(patienceEnds, soonEnds);
}
