import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { summaryOf } from '../src/llms.ts';
import { markdownFiles } from '../src/markdown-files.ts';
import { chapters, existingChapters, isPage, isReference, placeOf, root } from '../src/pages.ts';
import { resolveLink } from '../src/site-links.ts';

const files = markdownFiles();
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Prose: what stands in a block of code is no link and no heading. */
const prose = (file: string): string => read(file).replaceAll(/^( *)```.*?^\1```$/gms, '');

/** The anchors of a page that are the same on GitHub and on the site; the two spell some headings differently. */
function anchorsOf(file: string): readonly string[] {
  const headings = [...prose(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading.replaceAll(/`|\*|\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase(),
  );
  const onGitHub = headings.map((heading) => heading.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
  const onSite = headings.map((heading) => heading.replaceAll(/[\s!-/:-@[-`{-~]+/g, '-').replaceAll(/^-|-$/g, ''));
  const given = [...read(file).matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return [...onGitHub.filter((anchor, index) => anchor === onSite[index]), ...given];
}

describe.each(files)('%s', (file) => {
  const links = [...prose(file).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => link);

  it('links to files and headings that are there', () => {
    for (const link of links) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : posix.join(dirname(file), path);
      expect(existsSync(join(root, target)), `${file} links to ${link}`).toBe(true);
      const page = existsSync(join(root, target, 'README.md')) ? posix.join(target, 'README.md') : target;
      if (anchor !== undefined) expect(anchorsOf(page), `${file} links to ${link}`).toContain(anchor);
    }
  });

  it('begins with its one title', () => {
    expect(read(file)).toMatch(/^# \S/);
    expect(prose(file).match(/^# /gm)).toHaveLength(1);
  });
});

describe('the site', () => {
  const pages = chapters.flatMap((chapter) => chapter.pages);
  const existing = existingChapters().flatMap((chapter) => chapter.pages);

  it('has a place in the navigation for every page', () => {
    const elsewhere = ['README.md', 'CONTRIBUTING.md'];
    expect(files.filter((file) => !isPage(file) && !elsewhere.includes(file))).toEqual([]);
  });

  it('has every page once', () => {
    const places = pages.map(({ source }) => placeOf(source));
    expect(new Set(places).size).toBe(places.length);
  });

  it('leads from page to page as GitHub leads from file to file', () => {
    expect(resolveLink('apps/docs', 'errors.md#http')).toBe('/errors.md#http');
    expect(resolveLink('apps/docs', '../../packages/core/README.md')).toBe('/packages/core.md');
    expect(resolveLink('packages/http', '../core')).toBe('/packages/core.md');
    expect(resolveLink('apps/docs', '#words')).toBe('#words');
    expect(resolveLink('apps/docs', 'https://example.org/a.md')).toBe('https://example.org/a.md');
  });

  it('does not link to what is no page of it', () => {
    expect(resolveLink('packages/core', 'src/pool.ts')).toBeUndefined();
    expect(resolveLink('apps/docs', '../..')).toBeUndefined();
  });

  it.each(existing.filter(({ source }) => !isReference(source)))(
    'says in a sentence what is on $source, for llms.txt',
    ({ source }) => {
      expect(summaryOf(read(source))).toMatch(/^.{15,400}\.$/);
    },
  );
});
