import { expect, it } from 'vitest';
import { splitUrl } from './split-url.ts';

it.each([
  'http://host/',
  'http://host/a/b?c=d&e=f',
  'https://host:8443/x',
  'http://host',
  'http://host?x',
  'http://HOST/',
  'http://host/a/../b',
  'http://host/a/./b',
  'http://host/a/%2e%2e/b',
  'http://host/a/.hidden',
  'http://host/a#fragment',
  'http://host/a b',
  'http://host/grün?ä=ö',
  'http://host/it’s',
  "http://host/it's?it's",
  'http://host/a"b?c"d',
  'http://host/a\\b',
  'http://host/{x}|^`',
  'http://user:secret@host/x',
  'http://host:80/x',
  'http://[::1]:8080/x',
  'http://münchen.example/x',
  ' http://host/x ',
  'http://host/a\tb\nc',
])('%j is split as the URL parser would', (url) => {
  const { pathname, search, origin } = new URL(url);
  const split = splitUrl(url);
  expect(split.path).toBe(`${pathname}${search}`);
  expect(new URL(split.origin).origin).toBe(origin);
});

it('takes a URL as it is', () => {
  expect(splitUrl(new URL('http://host/a?b'))).toEqual({ origin: 'http://host', path: '/a?b' });
});

it('refuses what is no absolute URL', () => {
  expect(() => splitUrl('/path')).toThrow(TypeError);
});
