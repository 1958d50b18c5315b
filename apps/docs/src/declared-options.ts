import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './pages.ts';

/** An option as its interface declares it. */
export interface DeclaredOption {
  readonly name: string;
  readonly required: boolean;
  /** The docstring, without its tags. */
  readonly text: string;
  /** What the docstring says after `@default`. */
  readonly fallback: string | undefined;
}

/** The members that an interface of a source has of its own, in their order. */
export function declaredOptions(source: string, name: string): readonly DeclaredOption[] {
  const file = parse(source);
  const found = file.statements.find(
    (each): each is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(each) && each.name.text === name,
  );
  if (found === undefined) throw new Error(`${source} declares no interface ${name}`);
  return found.members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(file),
    required: member.questionToken === undefined,
    ...docstring(member, file),
  }));
}

/** Read as it is written: TypeScript would take the `@pool/net` of a sentence for a tag. */
function docstring(member: ts.Node, file: ts.SourceFile): Pick<DeclaredOption, 'text' | 'fallback'> {
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const lines = comments.map((comment) => comment.getText(file).replaceAll(/^\/\*\*|\*\/$|^ *\* ?/gm, ''));
  const [text = '', fallback] = lines.join(' ').replaceAll(/\s+/g, ' ').split('@default');
  return { text: text.trim(), fallback: fallback?.trim() };
}

/** The table of rules of the pool's options: how each is written, `duration(30_000)` say. */
export function ruleOf(option: string): string {
  const source = 'packages/core/src/options.ts';
  const file = parse(source);
  let found: string | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText(file) === 'rules' && node.initializer !== undefined) {
      ts.forEachChild(node.initializer, (rule) => {
        if (ts.isPropertyAssignment(rule) && rule.name.getText(file) === option) found = rule.initializer.getText(file);
      });
    } else ts.forEachChild(node, visit);
  };
  visit(file);
  if (found === undefined) throw new Error(`${source} has no rule for ${option}`);
  return found;
}

function parse(source: string): ts.SourceFile {
  return ts.createSourceFile(source, readFileSync(join(root, source), 'utf8'), ts.ScriptTarget.Latest, true);
}
