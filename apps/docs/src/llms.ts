import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { existingChapters, isReference, type Page, placeOf, root } from './pages.ts';
import { resolveLink } from './site-links.ts';

/**
 * For readers that are programs: `llms.txt` names every page and says in a sentence what is on it (https://llmstxt.org), `llms-full.txt` is all of them in
 * one but the API, and each page stands beside its HTML as it was written.
 */
export function writeLlmsTxt(out: string, title: string, description: string): void {
  const chapters = existingChapters();
  writeFileSync(join(out, 'llms.txt'), `# ${title}\n\n> ${description}\n\n${chapters.map(chapter).join('\n\n')}\n`);
  const pages = chapters.flatMap((each) => each.pages);
  for (const { source } of pages) {
    mkdirSync(dirname(join(out, placeOf(source))), { recursive: true });
    writeFileSync(join(out, placeOf(source)), read(source));
  }
  const written = pages.filter(({ source }) => !isReference(source));
  writeFileSync(join(out, 'llms-full.txt'), written.map(({ source }) => read(source)).join('\n\n'));
}

function chapter({ title, pages }: { readonly title: string; readonly pages: readonly Page[] }): string {
  const lines = pages.map((page) => {
    const summary = isReference(page.source) ? '' : summaryOf(read(page.source));
    return `- [${page.title}](/${placeOf(page.source)})${summary === '' ? '' : `: ${summary}`}`;
  });
  return `## ${title}\n\n${lines.join('\n')}`;
}

/** As it was written, with links that lead to pages of the site. */
function read(source: string): string {
  const text = readFileSync(join(root, source), 'utf8').replaceAll(/<!--.*?-->\n*/gs, '');
  return text.replaceAll(/(?<=\]\()[^)\s]+(?=\))/g, (href) => resolveLink(posix.dirname(source), href) ?? href);
}

/** The first paragraph of prose, as many of its sentences as say something. */
export function summaryOf(text: string): string {
  const paragraphs = text.replaceAll(/^```.*?^```$/gms, '').split(/\n{2,}/);
  const prose = paragraphs.find((paragraph) => /^[\w`*@"']/.test(paragraph)) ?? '';
  const line = prose.replaceAll(/\s+/g, ' ').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return (/^.{60,}?[.:](?= |$)/.exec(line)?.[0] ?? line).replace(/:$/, '.');
}
