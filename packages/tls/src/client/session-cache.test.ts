import { expect, test } from 'vitest';
import { SessionCache, type Verified } from './session-cache.ts';

function verified(validTo = 1_000, verifiedAt = 0): Verified {
  const certificate = { subject: 'a', issuer: 'b', names: [], validFrom: 0, validTo, fingerprint256: 'AA', serialNumber: '1' };
  return { certificate, verifiedAt };
}

const dayMs = 24 * 60 * 60 * 1000;

const session = (text: string): Buffer => Buffer.from(text);

test('a session is kept for its name, with its certificate, and given again and again', () => {
  const cache = new SessionCache(10, () => 0);
  const its = verified();
  cache.keep('a.test', session('one'), its);
  expect(cache.get('a.test')).toEqual({ session: session('one'), ...its });
  expect(cache.get('a.test')?.certificate).toBe(its.certificate);
  expect(cache.get('b.test')).toBeUndefined();
});

test('the latest session of a name counts', () => {
  const cache = new SessionCache(10, () => 0);
  cache.keep('a.test', session('one'), verified());
  cache.keep('a.test', session('two'), verified());
  expect(String(cache.get('a.test')?.session)).toBe('two');
});

test('the name that was not used for longest is forgotten first', () => {
  const cache = new SessionCache(2, () => 0);
  for (const name of ['a', 'b']) cache.keep(name, session(name), verified());
  cache.get('a');
  cache.keep('c', session('c'), verified());
  expect(['a', 'b', 'c'].map((name) => cache.get(name) !== undefined)).toEqual([true, false, true]);
});

test('a session does not outlive its certificate, nor is one kept that has expired', () => {
  let now = 0;
  const cache = new SessionCache(10, () => now);
  cache.keep('a', session('a'), verified(1_000));
  cache.keep('b', session('b'), verified(0));
  cache.keep('c', session('c'), verified(Number.NaN));
  expect([cache.get('b'), cache.get('c')]).toEqual([undefined, undefined]);
  now = 999;
  expect(cache.get('a')).toBeDefined();
  now = 1_000;
  expect(cache.get('a')).toBeUndefined();
  now = 0;
  expect(cache.get('a')).toBeUndefined();
});

test('a day after the full handshake another one is due, although tickets came on resumed connections', () => {
  let now = 0;
  const cache = new SessionCache(10, () => now);
  cache.keep('a', session('one'), verified(Infinity, 0));
  now = dayMs - 1;
  const offered = cache.get('a');
  expect(offered).toBeDefined();
  cache.keep('a', session('two'), offered!);
  expect(cache.get('a')).toBeDefined();
  now = dayMs;
  expect(cache.get('a')).toBeUndefined();
});

test('with no room nothing is kept, and clearing forgets all', () => {
  const none = new SessionCache(0, () => 0);
  none.keep('a', session('a'), verified());
  expect(none.get('a')).toBeUndefined();
  const cache = new SessionCache(2, () => 0);
  cache.keep('a', session('a'), verified());
  cache.clear();
  expect(cache.get('a')).toBeUndefined();
});
