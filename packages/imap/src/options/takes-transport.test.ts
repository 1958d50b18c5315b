import { ImapFlow } from 'imapflow';
import { expect, test } from 'vitest';
import { takesTransport } from './takes-transport.ts';

test.each([
  ['2.1.2', false],
  ['2.4.9', false],
  ['2.5.0', true],
  ['2.10.2', true],
  ['3.0.0', true],
  ['1.9.0', false],
  ['', false],
])('imapflow %s: %s', (version, expected) => {
  class Other extends ImapFlow {
    static override version = version;
  }
  expect(takesTransport(Other)).toBe(expected);
});
