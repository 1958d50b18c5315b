import { defineConfig, type Plugin } from 'vitepress';
import { drawings } from '../src/drawings.ts';
import { writeLlmsTxt } from '../src/llms.ts';
import { existingChapters, isWide, placeOf } from '../src/pages.ts';
import { siteLinks } from '../src/site-links.ts';

const title = '@pool';
const description = 'A pool of connections that are kept ready, for everything that speaks over a connection.';

/** Pages from elsewhere in the repository are rendered with Vue, too, and have none of their own. */
const vueFromHere: Plugin = {
  name: 'vue-from-here',
  enforce: 'pre',
  resolveId: (id, _importer, { ssr }) =>
    ssr === true && /^vue(?:\/server-renderer)?$/.test(id) ? { id, external: true } : undefined,
};

export default defineConfig({
  title,
  description,
  lang: 'en',
  // Pages stay beside what they describe: packages bring their READMEs.
  srcDir: '../..',
  srcExclude: ['**/.*/**', '**/CHANGELOG.md', '**/node_modules/**', '**/dist/**', 'README.md', 'CONTRIBUTING.md'],
  outDir: 'dist',
  rewrites: placeOf,
  markdown: {
    config: (md) => {
      siteLinks(md);
      drawings(md);
    },
  },
  transformPageData: ({ filePath }) => (isWide(filePath) ? { frontmatter: { aside: false } } : undefined),
  vite: {
    // The words of all pages, for searching in them, are one chunk.
    build: { chunkSizeWarningLimit: 2_000 },
    plugins: [vueFromHere],
  },
  buildEnd: ({ outDir }) => writeLlmsTxt(outDir, title, description),
  themeConfig: {
    sidebar: existingChapters().map(({ title, pages }) => ({
      text: title,
      collapsed: false,
      items: pages.map((page) => ({ text: page.title, link: `/${placeOf(page.source)}` })),
    })),
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
