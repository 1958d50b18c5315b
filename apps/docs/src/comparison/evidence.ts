import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from '../pages.ts';

/** What an answer stands on: a test of this repository, or a line of the installed package. */
export type Evidence =
  | { readonly kind: 'test'; readonly file: string; readonly name: string }
  | { readonly kind: 'source'; readonly packageName: string; readonly file: string; readonly text: string };

export const test = (file: string, name: string): Evidence => ({ kind: 'test', file: `packages/${file}.test.ts`, name });

/** `text` stands once in the file. */
export const source = (packageName: string, file: string, text: string): Evidence => ({
  kind: 'source',
  packageName,
  file,
  text,
});

/** @throws when the test or the line is no longer there: then the answer has to be looked at again */
export function describeEvidence(evidence: Evidence): string {
  if (evidence.kind === 'test') {
    const text = readFileSync(join(root, evidence.file), 'utf8');
    if (!text.includes(`'${evidence.name}'`)) throw new Error(`${evidence.file} has no test called '${evidence.name}'`);
    return `[${evidence.file}](../../${evidence.file}): “${evidence.name}”`;
  }
  const { packageName, file, text } = evidence;
  const lines = readFileSync(join(folderOf(packageName), file), 'utf8').split('\n');
  const found = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
  if (found.length !== 1) {
    throw new Error(`${packageName}/${file} says '${text}' ${found.length} times; it must be once to be evidence`);
  }
  return `${packageName} ${versionOf(packageName)}, \`${file}\` line ${found[0]}: ${inCode(text)}`;
}

function inCode(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

export function versionOf(packageName: string): string {
  const { version } = JSON.parse(readFileSync(join(folderOf(packageName), 'package.json'), 'utf8'));
  return version;
}

/** Not every package lets its package.json be resolved. */
function folderOf(packageName: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(packageName));
  while (!folder.endsWith(join('node_modules', packageName))) folder = dirname(folder);
  return folder;
}
