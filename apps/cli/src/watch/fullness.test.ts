import type { PoolStats } from '@pool/core';
import { describe, expect, it } from 'vitest';
import { Fullness } from './fullness.ts';

function having(idle: number, leased = 0): PoolStats {
  return {
    ...{
      max: 8,
      min: 2,
      effectiveMax: 8,
      reserving: 0,
      opening: 8,
      idle,
      checking: 0,
      leased,
      resetting: 0,
      closing: 8,
      waiting: 0,
    },
    ...{ oldestWaitMs: 0, learnedIdleLimitMs: undefined, consecutiveFailures: 0 },
    totals: {
      ...{ asked: 0, acquired: 0, waited: 0, waitedMs: 0, leasedMs: 0, timedOut: 0, aborted: 0, refused: 0, requeued: 0 },
      ...{ detached: 0, abandoned: 0, opened: 0, openFailed: 0, closed: {} },
    },
  };
}

describe('whether a pool is full', () => {
  it('counts from the start to the last of those it keeps', () => {
    const fullness = new Fullness(100);
    expect(fullness.look(having(1), 120)).toBeUndefined();
    expect(fullness.state(130)).toEqual({ firstMs: undefined, againMs: undefined, shortForMs: 30 });
    expect(fullness.look(having(1, 1), 150)).toEqual({ afterMs: 50, again: false });
    expect(fullness.look(having(3), 160)).toBeUndefined();
    expect(fullness.state(170)).toEqual({ firstMs: 50, againMs: undefined, shortForMs: undefined });
  });

  it('counts again from the first loss, however many follow', () => {
    const fullness = new Fullness(0);
    fullness.look(having(2), 10);
    fullness.look(having(1), 1000);
    fullness.look(having(0), 1500);
    expect(fullness.state(1600).shortForMs).toBe(600);
    expect(fullness.look(having(2), 1700)).toEqual({ afterMs: 700, again: true });
    expect(fullness.state(1700)).toEqual({ firstMs: 10, againMs: 700, shortForMs: undefined });
  });
});
