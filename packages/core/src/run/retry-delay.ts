import { refusePromise } from '../contain.ts';
import type { Slot } from '../machine/slot.ts';
import { State } from '../machine/transitions.ts';
import type { Runner } from './runner.ts';

/** What the pool's backoff says; it may be wrong, or throw. */
export function retryDelay<T>(runner: Runner<T>, attempt: number): number {
  try {
    const delayMs = runner.options.openBackoff(attempt);
    if (typeof delayMs === 'number' && delayMs >= 0) return delayMs;
    const wanted = 'a number of milliseconds';
    throw (
      refusePromise(delayMs, 'openBackoff', wanted) ??
      new TypeError(`openBackoff(${attempt}) answered ${String(delayMs)}, not ${wanted}`)
    );
  } catch (error) {
    runner.fault('openBackoff', error);
  }
  // Neither a storm nor a standstill.
  return 1000;
}

/** How long to wait when a connection broke that nobody has used: a peer that takes connections to break them is not to be stormed. */
export function retryIfUnused<T>(runner: Runner<T>, slot: Slot<T>): number {
  // One that is about to be lent for the first time counts that use already.
  const uses = slot.state === State.leased ? slot.uses - 1 : slot.uses;
  return uses > 0 ? 0 : retryDelay(runner, Math.max(1, runner.machine.probing.stillborn));
}
