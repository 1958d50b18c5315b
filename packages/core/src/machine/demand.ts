import type { Averages } from './averages.ts';
import type { Slots } from './slots.ts';
import type { Waiters } from './waiters.ts';

/** Callers that returning connections will serve sooner than new ones could: opening for them would not help them. */
export function servedByReturns<T>(slots: Slots<T>, averages: Averages, now: number): number {
  if (!averages.returnsAreSooner) return 0;
  const { leased } = slots;
  for (let slot = leased.head; slot !== undefined && now - slot.since >= averages.soonMs; slot = leased.head) {
    slots.holdLong(slot);
  }
  return leased.size === 0 ? 0 : leased.size * averages.servedByOne;
}

/** Somebody was left to returning connections, and has waited for as long as an opening takes. */
export function isOverdue<R>(waiters: Waiters<R>, averages: Averages, now: number): boolean {
  const { oldest } = waiters;
  return oldest !== undefined && now - oldest.askedAt >= averages.openMs;
}

/** When callers that were left to returning connections must be thought of again; Infinity when there are none. */
export function returnsOverdueAt<T, R>(slots: Slots<T>, waiters: Waiters<R>, averages: Averages, now: number): number {
  const { oldest } = waiters;
  const { head } = slots.leased;
  if (oldest === undefined || head === undefined || !averages.returnsAreSooner) return Infinity;
  const patienceEnds = oldest.askedAt + averages.openMs;
  // Once patience has ended it has been acted on; there is nothing to wake up for.
  return patienceEnds <= now ? Infinity : Math.min(patienceEnds, head.since + averages.soonMs);
}
