import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pages.ts';

/** What others wrote, or machines: installed, built, sandboxed. The API reference is as true as the docstrings, and long. */
const skipped = /^(?:\..+|node_modules|dist|coverage|api)$/;

/** Every file of Markdown that is read by people, from the root of the repository. */
export function markdownFiles(): readonly string[] {
  return ['README.md', 'CONTRIBUTING.md', ...within('packages'), ...within('apps')];
}

function within(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return skipped.test(entry.name) ? [] : within(path);
    return entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [path] : [];
  });
}
