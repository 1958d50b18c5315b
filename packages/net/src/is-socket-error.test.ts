import { expect, test } from 'vitest';
import { isSocketError } from './is-socket-error.ts';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_PREMATURE_CLOSE'])(
  'recognises %s as a lost connection',
  (code) => {
    expect(isSocketError(withCode(code))).toBe(true);
  },
);

test.each([withCode('ENOENT'), withCode('ENOTFOUND'), new Error('ECONNRESET'), undefined, null, 'ECONNRESET', { code: 1 }])(
  'does not take %o for a lost connection',
  (error) => {
    expect(isSocketError(error)).toBe(false);
  },
);

test('does not look at the cause: it may be about another connection', () => {
  expect(isSocketError(new TypeError('fetch failed', { cause: withCode('ECONNRESET') }))).toBe(false);
});
