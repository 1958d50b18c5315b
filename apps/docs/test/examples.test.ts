import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '@pool/testkit';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdownFiles } from '../src/markdown-files.ts';
import { root } from '../src/pages.ts';

// Inside this package, so that its dependencies are found.
const folder = fileURLToPath(new URL('./.examples/', import.meta.url));

const examples = markdownFiles().flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], index) => ({
    page,
    number: index + 1,
    code,
    file: join(folder, `${page.replaceAll(/\W/g, '-')}-${index + 1}.ts`),
  })),
);

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  // Examples that share a page share no names.
  for (const { file, code } of examples) writeFileSync(file, `${code}\nexport {};\n`);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('examples', () => {
  it.each(examples)('$page, $number: runs, and prints what it says it prints', async ({ file, code }) => {
    const { exitCode, stdout, stderr } = await runTypeScript(file);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    for (const [, expected] of code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)) expect(stdout).toContain(expected);
  });

  it('are well typed, by the rules of this repository', { timeout: 60_000 }, () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const program = ts.createProgram(
      examples.map(({ file }) => file),
      { ...options, declaration: false, rewriteRelativeImportExtensions: false },
    );
    const problems = examples.flatMap(({ file, page, number }) => {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return found.map(({ messageText }) => `${page}, ${number}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
    });
    expect(problems).toEqual([]);
    expect(examples.length).toBeGreaterThan(20);
  });
});
