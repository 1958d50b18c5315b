import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '@pool/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
// Inside this package, so that its dependencies are found.
const folder = fileURLToPath(new URL('./.examples/', import.meta.url));

const pages = [
  join(root, 'README.md'),
  ...['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md') && !path.includes('node_modules') && !path.includes('CHANGELOG'))
      .map((path) => join(root, parent, path)),
  ),
];

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(pages.map((page) => relative(root, page)))('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code as string);

  it.each(examples.map((code, index) => ({ code, number: index + 1 })))(
    'its example $number runs, and prints what it says it prints',
    async ({ code, number }) => {
      const file = join(folder, `${page.replaceAll(/\W/g, '-')}-${number}.ts`);
      // Examples that share a page share no names.
      writeFileSync(file, `${code}\nexport {};\n`);
      const { exitCode, stdout, stderr } = await runTypeScript(file);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      for (const [, expected] of code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)) expect(stdout).toContain(expected);
    },
  );

  it('its links to files of this repository lead somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link as string);
    for (const link of links) {
      expect(readable(join(root, page, '..', link)), `${page} links to ${link}`).toBe(true);
    }
  });
});

function readable(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR';
  }
}
