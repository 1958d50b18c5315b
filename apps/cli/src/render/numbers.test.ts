import { describe, expect, it } from 'vitest';
import { duration, plural, ratio, span, whole } from './numbers.ts';

describe('numbers for people', () => {
  it.each([
    [0, '0.00 ms'],
    [0.0567, '0.06 ms'],
    [9.994, '9.99 ms'],
    [9.996, '10.0 ms'],
    [99.94, '99.9 ms'],
    [99.96, '100 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [61_000, '61.0 s'],
    [null, '–'],
  ])('%s ms is shown as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [1, '×1'],
    [1.04, '×1.0'],
    [0.5, '×0.5'],
    [9.94, '×9.9'],
    [9.96, '×10'],
    [1234.5, '×1,235'],
    [null, '–'],
  ])('a ratio of %s is shown as %s', (value, text) => {
    expect(ratio(value)).toBe(text);
  });

  it.each([
    [0, '0.0 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [99_499, '99 s'],
    [99_500, '2 min'],
    [99.4 * 60_000, '99 min'],
    [99.6 * 60_000, '2 h'],
    [99.4 * 3_600_000, '99 h'],
    [99.6 * 3_600_000, '4 d'],
  ])('a span of %s ms is shown as %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  it('groups thousands, and knows when one is one', () => {
    expect(whole(1234567.4)).toBe('1,234,567');
    expect(plural(1, 'request')).toBe('1 request');
    expect(plural(1000, 'request')).toBe('1,000 requests');
  });
});
