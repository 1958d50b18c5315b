import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { automatic } from './set-up.ts';

describe('a caller’s signal', () => {
  it('costs no timer and leaves no listener, after a hundred thousand waits', async () => {
    const { pool, clock, timers } = automatic({ max: 1 });
    const { signal } = new AbortController();
    const outcomes = { served: 0, refused: 0 };
    for (let round = 0; round < 1000; round++) {
      const lease = await pool.acquire({ signal, timeoutMs: 50 });
      for (let waiter = 0; waiter < 100; waiter++) {
        pool.request(
          {
            onLease: (next) => {
              outcomes.served++;
              next.release();
            },
            onRefused: () => outcomes.refused++,
          },
          { signal, timeoutMs: 1 + (waiter % 7) },
        );
      }
      if (round % 10 === 0) await clock.advance(3);
      lease.release();
    }
    expect(outcomes.served + outcomes.refused).toBe(100_000);
    expect(outcomes.refused).toBe(100 * 44);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await clock.advance(0);
    expect(timers.pending).toBe(1);
    expect(timers.most).toBe(1);
  });
});
