// Looks at every page in a browser, wide and narrow, light and dark: is anything wider than the screen, does a script complain? Keeps pictures.
//   npm run docs:look [page...]     needs `npm run docs:site` before, and Debian's chromium
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page, type Route } from 'playwright-core';
import { existingChapters, placeOf, root } from './pages.ts';

const dist = join(root, 'apps/docs/dist');
const pictures = join(root, 'apps/docs/.pictures');
const origin = 'http://docs.test';
const views = [
  { name: 'wide', width: 1280, height: 1500, colorScheme: 'light' },
  { name: 'narrow', width: 390, height: 1500, colorScheme: 'light' },
  { name: 'dark', width: 1280, height: 1500, colorScheme: 'dark' },
] as const;

const asked = process.argv.slice(2);
const places = existingChapters()
  .flatMap(({ pages }) => pages)
  .map(({ source }) => placeOf(source).replace(/\.md$/, '.html'))
  .filter((place) => asked.length === 0 || asked.some((name) => place.includes(name)));

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const complaints: string[] = [];
for (const { name, width, height, colorScheme } of views) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.route('**/*', answer);
  for (const place of places) complaints.push(...(await lookAt(page, place, name)));
}
await browser.close();

for (const complaint of complaints) console.error(complaint);
console.log(`${places.length} pages, ${complaints.length} complaints; pictures in ${pictures}`);
if (complaints.length > 0) process.exitCode = 1;

async function lookAt(page: Page, place: string, view: string): Promise<readonly string[]> {
  const found: string[] = [];
  const complain = (what: string): void => void found.push(`${place}, ${view}: ${what}`);
  const onConsole = (message: { type(): string; text(): string }): void => {
    if (message.type() === 'error') complain(message.text());
  };
  const onError = (error: Error): void => complain(error.message);
  page.on('console', onConsole).on('pageerror', onError);
  await page.goto(`${origin}/${place}`, { waitUntil: 'load' });
  // Mounted: what the server wrote and what the script would write have been compared.
  await page.waitForFunction('document.querySelector("#app")?.__vue_app__ !== undefined');
  const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  if (Number(over) > 0) complain(`${String(over)} px wider than the screen`);
  await page.screenshot({ path: join(pictures, `${place.replaceAll(/\W+/g, '-')}-${view}.png`) });
  page.off('console', onConsole).off('pageerror', onError);
  return found;
}

/** From the files of the site: nothing listens, and nothing is asked of the internet. */
async function answer(route: Route): Promise<void> {
  const url = new URL(route.request().url());
  const file = join(dist, decodeURIComponent(url.pathname));
  if (url.pathname === '/favicon.ico') await route.fulfill({ status: 204 });
  else if (url.origin === origin && existsSync(file) && statSync(file).isFile()) await route.fulfill({ path: file });
  else await route.fulfill({ status: 404 });
}
