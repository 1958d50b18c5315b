import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../src/pages.ts';
import { tableOf } from '../src/table-of.ts';

const page = readFileSync(join(root, 'apps/docs/migration.md'), 'utf8');
const { resolve } = createRequire(import.meta.url);

const ours = ['core', 'net', 'tls', 'http', 'imap']
  .flatMap((name) => sourcesIn(join(root, 'packages', name, 'src'), /(?<!\.test)\.ts$/))
  .join('\n');

/** The words of code in the cells of one column. */
function codeIn(heading: string, column: number): readonly string[] {
  const [, ...rows] = tableOf(page, heading);
  return rows.flatMap((cells) => [...(cells[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
}

/** What an expression is called: `acquire` of `pool.acquire({ priority })`. */
function nameIn(code: string): string {
  return /(?:^|\.|new )(\w+)(?=\(|:|$)/.exec(code)?.[1] ?? '';
}

function sourcesIn(folder: string, names: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => names.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}

function sourceOf(packageFile: string): string {
  return readFileSync(resolve(packageFile), 'utf8');
}

describe('what a reader comes from', () => {
  it('are all the options of generic-pool', () => {
    const declared = [...sourceOf('generic-pool/lib/PoolOptions.js').matchAll(/@param \{.*?\} \[opts\.(\w+)/g)];
    expect(codeIn('## generic-pool', 0)).toEqual(expect.arrayContaining(declared.map(([, name]) => name)));
    expect(declared.length).toBeGreaterThan(10);
  });

  it('are all the options of tarn', () => {
    const [, keys = ''] = /const allowedKeys = \{(.*?)\}/s.exec(sourceOf('tarn/dist/Pool.js')) ?? [];
    const declared = [...keys.matchAll(/(\w+): true/g)].map(([, name]) => name);
    expect(codeIn('## tarn', 0)).toEqual(expect.arrayContaining(declared));
    expect(declared.length).toBeGreaterThan(10);
  });

  it('are all the options that agentkeepalive adds to those of Node', () => {
    const types = readFileSync(join(dirname(resolve('agentkeepalive')), 'index.d.ts'), 'utf8');
    const [, members = ''] = /interface CommonHttpOption \{(.*?)\}/s.exec(types) ?? [];
    const declared = [...members.matchAll(/(\w+)\?:/g)].map(([, name]) => name);
    expect(codeIn('## agentkeepalive', 0)).toEqual(expect.arrayContaining(declared));
    expect(declared.length).toBeGreaterThan(3);
  });

  it("are all the options of undici's Pool", () => {
    const [, members = ''] = /constructor \(origin, \{(.*?)\.\.\.options/s.exec(sourceOf('undici/lib/dispatcher/pool.js')) ?? [];
    const declared = [...members.matchAll(/^\s+(\w+)/gm)].map(([, name]) => name);
    expect(codeIn("## undici's Pool", 0)).toEqual(expect.arrayContaining(declared));
    expect(declared.length).toBeGreaterThan(8);
  });
});

const headings = [...page.matchAll(/^## .+$/gm)].map(([heading]) => heading);

describe.each(headings)('%s', (heading) => {
  it.each(codeIn(heading, 1).filter((code) => !code.startsWith("'")))('becomes something that there is: %s', (code) => {
    const name = nameIn(code);
    expect(name).not.toBe('');
    // Of undici itself, which stays.
    if (name !== 'setGlobalDispatcher') expect(new RegExp(`\\b${name}\\b`).test(ours), `${name} is in no source`).toBe(true);
  });
});
