import type { Machine } from './machine.ts';
import type { Slot } from './slot.ts';

/** How an opening failed, and what that means for the next. */
export interface OpenFailure<T> {
  readonly error: unknown;
  readonly verdict: 'retry' | 'fatal' | { readonly limitForMs: number } | { readonly pauseMs: number };
  readonly retryInMs: number;
  /** There when it was opened but not made usable; it is closed then. */
  readonly connection?: T | undefined;
  /** It was called off, so it says nothing about the peer. */
  readonly cancelled?: boolean;
}

/** What the machine learns from it. */
export function noteFailure<T, R>(machine: Machine<T, R>, slot: Slot<T>, failure: OpenFailure<T>, now: number): void {
  const { probing } = machine;
  const { verdict } = failure;
  probing.failed(slot.round, failure.error, now + failure.retryInMs);
  if (verdict === 'fatal') {
    // The old password may still fail after the new one was set.
    if (slot.round >= probing.forgivenRound) probing.fatal = true;
    probing.down = true;
  } else if (verdict === 'retry') {
    probing.down = true;
  } else if ('pauseMs' in verdict) {
    probing.pausedUntil = Math.max(probing.pausedUntil, now + verdict.pauseMs);
  } else {
    // As many as there are, with those that began at the same time: the peer may take some of them. But one may always be tried.
    machine.limitMax = Math.max(1, machine.slots.established + machine.slots.opening.size - 1);
    machine.limitUntil = now + verdict.limitForMs;
    machine.timetable.dueBy(machine.limitUntil);
  }
}
