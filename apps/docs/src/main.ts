import { join } from 'node:path';
import { build, createServer } from 'vitepress';
import { writeApiReference } from './api-reference.ts';
import { root } from './pages.ts';

const site = join(root, 'apps/docs');
const [command = 'build'] = process.argv.slice(2);

await writeApiReference();
if (command === 'dev') {
  const server = await createServer(site);
  await server.listen();
  server.printUrls();
} else {
  await build(site);
}
