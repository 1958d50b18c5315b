import { expect, test } from 'vitest';
import type { CertificateSummary } from './certificate-summary.ts';
import { SessionCache } from './session-cache.ts';

function certificate(validTo = 1_000): CertificateSummary {
  return { subject: 'a', issuer: 'b', names: [], validFrom: 0, validTo, fingerprint256: 'AA', serialNumber: '1' };
}

const session = (text: string): Buffer => Buffer.from(text);

test('a session is kept for its name, with its certificate, and given again and again', () => {
  const cache = new SessionCache(10, () => 0);
  const its = certificate();
  cache.keep('a.test', session('one'), its);
  expect(cache.get('a.test')).toEqual({ session: session('one'), certificate: its });
  expect(cache.get('a.test')?.certificate).toBe(its);
  expect(cache.get('b.test')).toBeUndefined();
});

test('the latest session of a name counts', () => {
  const cache = new SessionCache(10, () => 0);
  cache.keep('a.test', session('one'), certificate());
  cache.keep('a.test', session('two'), certificate());
  expect(String(cache.get('a.test')?.session)).toBe('two');
});

test('the name that was not used for longest is forgotten first', () => {
  const cache = new SessionCache(2, () => 0);
  for (const name of ['a', 'b']) cache.keep(name, session(name), certificate());
  cache.get('a');
  cache.keep('c', session('c'), certificate());
  expect(['a', 'b', 'c'].map((name) => cache.get(name) !== undefined)).toEqual([true, false, true]);
});

test('a session does not outlive its certificate, nor is one kept that has expired', () => {
  let now = 0;
  const cache = new SessionCache(10, () => now);
  cache.keep('a', session('a'), certificate(1_000));
  cache.keep('b', session('b'), certificate(0));
  cache.keep('c', session('c'), certificate(Number.NaN));
  expect([cache.get('b'), cache.get('c')]).toEqual([undefined, undefined]);
  now = 999;
  expect(cache.get('a')).toBeDefined();
  now = 1_000;
  expect(cache.get('a')).toBeUndefined();
  now = 0;
  expect(cache.get('a')).toBeUndefined();
});

test('with no room nothing is kept, and clearing forgets all', () => {
  const none = new SessionCache(0, () => 0);
  none.keep('a', session('a'), certificate());
  expect(none.get('a')).toBeUndefined();
  const cache = new SessionCache(2, () => 0);
  cache.keep('a', session('a'), certificate());
  cache.clear();
  expect(cache.get('a')).toBeUndefined();
});
