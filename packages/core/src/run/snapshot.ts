import type { Machine } from '../machine/machine.ts';
import type { PoolStats } from '../stats.ts';

export function snapshot<T, R>(machine: Machine<T, R>, now: number): PoolStats {
  const { totals, slots } = machine;
  const { waiters } = machine.queue;
  const { acquired, waited, waitedMs, leasedMs, timedOut, aborted, refused } = totals;
  const { requeued, detached, abandoned, opened, openFailed, closed } = totals;
  const oldest = waiters.oldest;
  return {
    max: machine.max,
    min: machine.min,
    effectiveMax: machine.effectiveMax,
    reserving: slots.reserving.size,
    opening: slots.opening.size,
    idle: slots.idle.size,
    checking: slots.checking.size,
    leased: slots.leasedCount,
    resetting: slots.resetting.size,
    closing: slots.closing.size,
    waiting: waiters.size,
    oldestWaitMs: oldest === undefined ? 0 : Math.max(0, now - oldest.askedAt),
    learnedIdleLimitMs: slots.idleLimit.known ? slots.idleLimit.estimateMs : undefined,
    consecutiveFailures: machine.probing.failures,
    totals: {
      asked: acquired - requeued + timedOut + aborted + refused + waiters.size,
      acquired,
      waited,
      waitedMs,
      leasedMs,
      timedOut,
      aborted,
      refused,
      requeued,
      detached,
      abandoned,
      opened,
      openFailed,
      closed: Object.fromEntries(closed),
    },
  };
}
