import { describe, expect, it } from 'vitest';
import { withoutEscapes } from './without-escapes.ts';

describe('withoutEscapes', () => {
  it.each([
    ['plain', 'plain'],
    ['PING\\r\\n', 'PING\r\n'],
    ['\\t\\0\\\\', '\t\0\\'],
    ['\\x00\\xfF', '\u0000\u00ff'],
    ['\\\\r', '\\r'],
    ['', ''],
  ])('takes %j for %j', (text, bytes) => {
    expect(withoutEscapes(text)).toBe(bytes);
  });

  it('takes what is not ASCII for its bytes in UTF-8', () => {
    expect(Buffer.from(withoutEscapes('é\\xe9'), 'latin1')).toEqual(Buffer.from([0xc3, 0xa9, 0xe9]));
  });

  it.each(['\\q', '\\', '\\x1', '\\xzz'])('refuses %j', (text) => {
    expect(() => withoutEscapes(text)).toThrow('is no escape; known are \\r \\n \\t \\0 \\\\ and \\xHH');
  });
});
