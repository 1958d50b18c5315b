import { describe, expect, it } from 'vitest';
import { prepare } from './saslprep.ts';

describe('SASLprep', () => {
  it.each([
    // RFC 4013 section 3.
    ['I\u00adX', 'IX', 'a soft hyphen is mapped to nothing'],
    ['user', 'user', 'no transformation'],
    ['USER', 'USER', 'case is kept'],
    ['\u00aa', 'a', 'normalised'],
    ['\u2168', 'IX', 'normalised'],
    // And of our own.
    ['a\u00a0b', 'a b', 'spaces are spaces'],
    ['p\u{1f600}', 'p\u{1f600}', 'newer than Unicode 3.2'],
    [' ~', ' ~', 'the ends of printable ASCII'],
  ])('makes %j into %j: %s', async (text, prepared) => {
    expect(await prepare(text, 'password')).toBe(prepared);
  });

  it.each([
    ['\u0007', 'a prohibited character'],
    ['\u0627\u0031', 'a bidirectional one'],
    ['secret\u007f', 'a control character beside ASCII'],
  ])('refuses %j, and says of which field it is, not what it is', async (text) => {
    const refusal = prepare(text, 'password');
    await expect(refusal).rejects.toMatchObject({
      code: 'TLS_AUTH',
      message: expect.stringContaining('the password holds characters'),
    });
    await expect(refusal).rejects.not.toThrow(text);
  });

  it('refuses what nothing is left of', async () => {
    await expect(prepare('\u00ad', 'password')).rejects.toMatchObject({ code: 'TLS_AUTH' });
  });
});
