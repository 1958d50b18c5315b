import { expect, test } from 'vitest';
import { canonicalName } from './canonical-name.ts';

test.each([
  ['example.test', 'example.test'],
  ['Example.TEST', 'example.test'],
  ['example.test.', 'example.test'],
  ['münchen.test', 'xn--mnchen-3ya.test'],
  ['under_score.test', 'under_score.test'],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['FE80::1', 'FE80::1'],
])('%s is asked for as %s', (name, canonical) => {
  expect(canonicalName(name)).toBe(canonical);
});
