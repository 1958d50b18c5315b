import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../src/pages.ts';

const page = readFileSync(join(root, 'apps/docs/errors.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([\w-]+)` \| (.+?) \|(?: (.+?) \|)?$/gm)].map(([, code = '', cause = '', cure]) => ({
  code,
  cause,
  cure,
}));

const sources = ['core', 'net', 'tls', 'http', 'imap'].flatMap((name) => {
  const folder = join(root, 'packages', name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
});

function inSources(pattern: RegExp): readonly string[] {
  return [...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, code = '']) => code)))].sort();
}

describe('the page of errors', () => {
  it('has every code of the packages, and no other', () => {
    const codes = inSources(/'((?:POOL|WIRE|TLS|HTTP|IMAP)_[A-Z_]+)'/g);
    expect(codes.length).toBeGreaterThan(30);
    expect(
      rows
        .map(({ code }) => code)
        .filter((code) => /^[A-Z]/.test(code))
        .sort(),
    ).toEqual(codes);
  });

  it.each(rows.filter(({ code }) => /^[A-Z]/.test(code)))('says what causes $code and what cures it', ({ cause, cure = '' }) => {
    expect(cause).toMatch(/\.$/);
    expect(cure).toMatch(/\.$/);
  });

  it('has every notice of the packages, and no other', () => {
    const notices = [
      ...inSources(/\bnotice\('([\w-]+)'/g),
      // Those of an open that the server put off.
      ...inSources(/'limitForMs' in verdict \? '([\w-]+)'/g),
      ...inSources(/'limitForMs' in verdict \? '[\w-]+' : '([\w-]+)'/g),
    ].sort();
    expect(
      rows
        .map(({ code }) => code)
        .filter((code) => /^[a-z]/.test(code))
        .sort(),
    ).toEqual(notices);
  });
});
