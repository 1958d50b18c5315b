import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from '../scripts/run.mjs';
import { published } from '../scripts/workspace.mjs';

/** Every published entry, as [name to import, file it comes from]. */
const entries = published().flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
    const source = typeof target === 'string' ? undefined : target['@pool/source'];
    return source === undefined ? [] : [[manifest.name + entry.slice(1), join(root, folder, source)] as const];
  }),
);

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config,
  ts.sys,
  root,
);

/** The declarations a build would publish, without writing them anywhere; beside the sources, so that their imports resolve. */
function declarations(files: readonly string[]): ts.Program {
  const emitted = new Map<string, string>();
  const sources = ts.createProgram(files, { ...options, noEmit: false, emitDeclarationOnly: true, removeComments: true });
  sources.emit(undefined, (name, text) => emitted.set(name, text));

  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.readFile = (name) => emitted.get(name) ?? readFile(name);
  host.fileExists = (name) => emitted.has(name) || (!emitted.has(declarationOf(name)) && fileExists(name));
  return ts.createProgram(files.map(declarationOf), { ...options, skipLibCheck: true }, host);
}

const declarationOf = (source: string): string => source.replace(/(?<!\.d)\.ts$/, '.d.ts');

function surface(program: ts.Program, entry: string): string {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(declarationOf(entry));
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) return '';
  return checker
    .getExportsOfModule(module)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((symbol) => {
      const origin = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const texts = (origin.declarations ?? []).map((declaration) => textOf(declaration));
      const renamed = origin.name === symbol.name ? '' : `// ${origin.name}, exported as ${symbol.name}\n`;
      return renamed + texts.join('\n');
    })
    .join('\n\n');
}

function textOf(declaration: ts.Declaration): string {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return statement.getText().replace(/^export (declare )?/, '');
}

describe('the public surface is what it was', () => {
  const program = declarations(entries.map(([, file]) => file));

  it.each(entries)('%s', async (name, file) => {
    const text = surface(program, file);
    expect(text, 'something is exported').not.toBe('');
    await expect(`${text}\n`).toMatchFileSnapshot(`surface/${name.replace('@pool/', '').replace('/', '-')}.txt`);
  });
});
