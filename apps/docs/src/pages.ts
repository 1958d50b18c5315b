import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the repository: pages are found from here, so that they stay where GitHub shows them. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Page {
  readonly title: string;
  /** Of its source, from the root of the repository. */
  readonly source: string;
  /** Its tables need the room of the outline. */
  readonly wide?: boolean;
}

export interface Chapter {
  readonly title: string;
  readonly pages: readonly Page[];
}

const page = (title: string, name: string, wide = false): Page => ({ title, source: `apps/docs/${name}.md`, wide });
const readme = (title: string, folder: string): Page => ({ title, source: `${folder}/README.md` });

/** The order in which to read. Pages that are written by commands are left out until somebody has run those. */
export const chapters: readonly Chapter[] = [
  {
    title: 'Begin here',
    pages: [
      page('What it is', 'index'),
      page('Getting started', 'getting-started'),
      page('Life of a connection', 'life-of-a-connection'),
      page('Sizing', 'sizing'),
      page('STARTTLS and credentials', 'starttls-and-credentials'),
      page('When a connection is done', 'when-a-connection-is-done', true),
      page('Testing your code', 'testing'),
      page('Coming from another pool', 'migration'),
      readme('Examples', 'apps/examples'),
    ],
  },
  {
    title: 'Look it up',
    pages: [page('Options', 'options'), page('Errors', 'errors'), page('Words', 'words')],
  },
  {
    title: 'Packages',
    pages: [
      readme('@pool/core', 'packages/core'),
      readme('@pool/net', 'packages/net'),
      readme('@pool/tls', 'packages/tls'),
      readme('@pool/http', 'packages/http'),
      readme('@pool/imap', 'packages/imap'),
      readme('The command pool', 'apps/cli'),
      readme('An adapter of your own', 'apps/memcached'),
      readme('Mail search', 'apps/mail-search'),
      readme('A reverse proxy', 'apps/reverse-proxy'),
    ],
  },
  {
    title: 'Measured',
    pages: [
      page('Beside other pools', 'comparison', true),
      page('Speed', 'benchmarks'),
      readme('How speed is measured', 'apps/bench'),
      readme('HTTP, measured', 'packages/http/bench'),
      readme('Mail, measured', 'packages/imap/bench'),
      page('When the server goes down', 'outages', true),
      page('Servers that close in silence', 'idle-limit', true),
      page('Runtimes', 'runtimes'),
      page('Tests under test', 'mutation'),
    ],
  },
  {
    title: 'API',
    pages: ['core', 'core/testing', 'net', 'tls', 'http', 'imap'].map((name) => page(`@pool/${name}`, `api/@pool/${name}`)),
  },
  { title: 'How it was made', pages: [page('Decisions', 'decisions'), readme('Servers for tests', 'packages/testkit')] },
];

export function existingChapters(): readonly Chapter[] {
  return chapters.map(({ title, pages }) => ({ title, pages: pages.filter(({ source }) => existsSync(join(root, source))) }));
}

/** Where a file of Markdown stands on the site: `packages/core/README.md` at `packages/core.md`, `apps/docs/words.md` at `words.md`. */
export function placeOf(source: string): string {
  return source.replace(/^apps\/docs\//, '').replace(/\/README\.md$/, '.md');
}

/** Is this file of Markdown a page of the site? */
export function isPage(source: string): boolean {
  return chapters.some(({ pages }) => pages.some((each) => each.source === source)) && existsSync(join(root, source));
}

/** Written from the docstrings when the site is built. */
export function isReference(source: string): boolean {
  return source.startsWith('apps/docs/api/');
}

export function isWide(source: string): boolean {
  return chapters.some(({ pages }) => pages.some((each) => each.source === source && each.wide === true));
}

/** Where a page comes from; it was told that it stands elsewhere. */
export function sourceOf(env: { readonly path: string; readonly realPath?: string }): string {
  return env.realPath ?? env.path;
}
