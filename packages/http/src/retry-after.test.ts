import { expect, it } from 'vitest';
import { retryAfterMs, retryAfterOf } from './retry-after.ts';

const now = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT');

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Sun, 06 Nov 1994 08:50:37 GMT', 60_000],
  ['Sun, 06 Nov 1994 08:48:37 GMT', 0],
  ['soon', undefined],
  ['', undefined],
])('%j', (value, expected) => {
  expect(retryAfterMs([Buffer.from('X'), Buffer.from('y'), Buffer.from('Retry-After'), Buffer.from(value)], now)).toBe(expected);
  expect(retryAfterOf(new Headers({ 'retry-after': value }), now)).toBe(expected);
});

it('is undefined when the server says nothing', () => {
  expect(retryAfterMs([], now)).toBeUndefined();
  expect(retryAfterOf(new Headers(), now)).toBeUndefined();
});
