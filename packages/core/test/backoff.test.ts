import { describe, expect, it } from 'vitest';
import { constant, exponential } from '../src/index.ts';

const delays = (backoff: (attempt: number) => number, count = 6): number[] =>
  Array.from({ length: count }, (_, index) => backoff(index + 1));

describe('a constant backoff', () => {
  it('is the same always', () => {
    expect(delays(constant(250))).toEqual(Array(6).fill(250));
    expect(delays(constant(0))).toEqual(Array(6).fill(0));
  });

  it.each([-1, Number.NaN, 'x' as unknown as number])('cannot be %s', (delayMs) => {
    expect(() => constant(delayMs)).toThrow(`delayMs must be a number of milliseconds >= 0, not ${delayMs}`);
  });
});

describe('an exponential backoff', () => {
  it('doubles from 100 ms to 30 s', () => {
    expect(delays(exponential({ jitter: 'none' }), 11)).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
    ]);
  });

  it('begins, grows and ends as told', () => {
    expect(delays(exponential({ jitter: 'none', initialMs: 10, factor: 3, maxMs: 500 }))).toEqual([10, 30, 90, 270, 500, 500]);
  });

  it('leaves half of each delay to chance, or all, or nothing', () => {
    for (const [jitter, low, high] of [
      ['equal', 50, 100],
      ['full', 0, 100],
      ['none', 100, 100],
    ] as const) {
      expect(exponential({ jitter, random: () => 0 })(1)).toBe(low);
      expect(exponential({ jitter, random: () => 1 })(1)).toBe(high);
    }
    expect(exponential({ random: () => 0 })(2)).toBe(100);
  });

  it('is spread by chance unless told otherwise', () => {
    const backoff = exponential();
    const seen = new Set(Array.from({ length: 20 }, () => backoff(3)));
    expect(seen.size).toBeGreaterThan(10);
    for (const delay of seen) {
      expect(delay).toBeGreaterThanOrEqual(200);
      expect(delay).toBeLessThanOrEqual(400);
    }
  });

  it('stays finite after any number of attempts', () => {
    expect(exponential({ jitter: 'none' })(5000)).toBe(30_000);
    expect(exponential({ jitter: 'none', initialMs: 0 })(5000)).toBe(0);
  });

  it.each([
    [{ initialMs: -1 }, 'initialMs must be a number >= 0, not -1'],
    [{ maxMs: Number.NaN }, 'maxMs must be a number >= 0, not NaN'],
    [{ factor: 0.5 }, 'factor must be a number >= 1, not 0.5'],
    [{ jitter: 'some' as never }, "jitter must be 'none', 'equal' or 'full', not some"],
    [{ jitter: 'toString' as never }, "jitter must be 'none', 'equal' or 'full', not toString"],
    [{ random: 4 as never }, 'random must be a function, not 4'],
  ])('cannot be %j', (options, message) => {
    expect(() => exponential(options)).toThrow(message);
  });
});
