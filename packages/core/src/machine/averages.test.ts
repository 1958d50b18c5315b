import { describe, expect, it } from 'vitest';
import { Averages } from './averages.ts';

function averagesOf({ holdMs, openMs }: { readonly holdMs?: number; readonly openMs?: number }): Averages {
  const averages = new Averages();
  if (holdMs !== undefined) averages.held(holdMs);
  if (openMs !== undefined) averages.opened(openMs);
  return averages;
}

describe('running averages', () => {
  it('begin with the first value', () => {
    expect(averagesOf({ holdMs: 40, openMs: 300 })).toMatchObject({ holdMs: 40, openMs: 300 });
    expect(averagesOf({ holdMs: 0 }).holdMs).toBe(0);
  });

  it('move an eighth of the way to each value that follows', () => {
    const averages = averagesOf({ holdMs: 0, openMs: 80 });
    averages.held(8);
    averages.opened(0);
    expect(averages).toMatchObject({ holdMs: 1, openMs: 70 });
    averages.held(9);
    expect(averages.holdMs).toBe(2);
    averages.held(0);
    expect(averages.holdMs).toBe(1.75);
  });

  it('know an opening that took no time from one that was never seen', () => {
    const averages = averagesOf({ openMs: 0 });
    averages.opened(8);
    expect(averages.openMs).toBe(1);
  });

  it('end at zero, and do not become smaller and smaller for ever, when everything comes back at once', () => {
    const averages = averagesOf({ holdMs: 1 });
    for (let lease = 0; lease < 100; lease++) averages.held(0);
    expect(averages.holdMs).toBeCloseTo(1.6e-6, 7);
    for (let lease = 0; lease < 100; lease++) averages.held(0);
    expect(averages.holdMs).toBe(0);
  });

  it('call returns sooner only when both are known and holding takes less than opening', () => {
    expect(averagesOf({}).returnsAreSooner).toBe(false);
    expect(averagesOf({ holdMs: 1 }).returnsAreSooner).toBe(false);
    expect(averagesOf({ openMs: 1 }).returnsAreSooner).toBe(false);
    expect(averagesOf({ holdMs: 5, openMs: 5 }).returnsAreSooner).toBe(false);
    expect(averagesOf({ holdMs: 5, openMs: 6 }).returnsAreSooner).toBe(true);
  });

  it('expect a lease back for four average holds, and for a millisecond at least', () => {
    expect(averagesOf({ holdMs: 25 }).soonMs).toBe(100);
    expect(averagesOf({ holdMs: 0.1 }).soonMs).toBe(1);
  });

  it('count how many callers one connection serves while another opens', () => {
    expect(averagesOf({ holdMs: 2, openMs: 150 }).servedByOne).toBe(75);
    expect(averagesOf({ holdMs: 2, openMs: 3 }).servedByOne).toBe(1);
    expect(averagesOf({ holdMs: 0, openMs: 150 }).servedByOne).toBe(150_000);
  });
});
