import { expect, test } from 'vitest';
import { Pins } from './pins.ts';

const hex = '0123456789abcdef'.repeat(4);
const base64 = Buffer.from(hex, 'hex').toString('base64');

test('with no pins every certificate matches', () => {
  expect(new Pins({}).match(Buffer.from('anything'))).toBe(true);
});

test.each([
  hex,
  hex.toUpperCase(),
  hex.replaceAll(/(..)(?=.)/g, '$1:'),
  base64,
  base64.replace('=', ''),
  `sha256/${base64}`,
  `sha256//${base64}`,
])('a fingerprint may be written as %s', (pin) => {
  expect(() => new Pins({ pinnedCertificates: [pin], pinnedPublicKeys: [pin] })).not.toThrow();
});

test.each([
  ['', "''"],
  ['00', "'00'"],
  [hex.slice(1), `'${hex.slice(1)}'`],
  [`${hex}00`, `'${hex}00'`],
  ['x'.repeat(64), `'${'x'.repeat(64)}'`],
  [7, '7'],
])('%j is no fingerprint', (pin, shown) => {
  const make = (): Pins => new Pins({ pinnedPublicKeys: [pin as string] });
  expect(make).toThrow(`pinnedPublicKeys must hold SHA-256 fingerprints, in hex (colons allowed) or base64, got ${shown}`);
});

test.each([[[]], ['abc'], [null]])('%j is no list of pins: it must not switch the check off', (pins) => {
  const make = (): Pins => new Pins({ pinnedCertificates: pins as unknown as string[] });
  expect(make).toThrow('pinnedCertificates must be an array with at least one fingerprint; leave it out to pin none');
});
