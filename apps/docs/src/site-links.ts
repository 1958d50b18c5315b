import { statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { isPage, placeOf, root, sourceOf } from './pages.ts';

/**
 * Links between files of the repository, as they work on GitHub, become links between pages. What is no page of the site (a source, a folder) is
 * named and not linked.
 */
export function siteLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('site-links', ({ tokens, env }) => {
    const from = relative(root, dirname(sourceOf(env)))
      .split(sep)
      .join('/');
    for (const { children } of tokens) {
      let plain = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const link = resolveLink(from, token.attrGet('href') ?? '');
          plain = link === undefined;
          if (link !== undefined) token.attrSet('href', link);
        }
        if (plain && (token.type === 'link_open' || token.type === 'link_close')) {
          token.type = token.type.replace('link', 'named');
          token.tag = 'span';
          token.attrs = null;
        }
      }
    }
  });
}

/** Where a link leads on the site, for a page in the folder `from`; undefined: nowhere. */
export function resolveLink(from: string, href: string): string | undefined {
  if (/^(?:[a-z]+:|#|\/)/i.test(href)) return href;
  const [path = '', ...anchor] = href.split(/(?=#)/);
  const target = posix.join(from, decodeURIComponent(path)).replace(/\/$/, '');
  const source = isFolder(target) ? posix.join(target, 'README.md') : target;
  return isPage(source) ? `/${placeOf(source)}${anchor.join('')}` : undefined;
}

function isFolder(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() === true;
}
