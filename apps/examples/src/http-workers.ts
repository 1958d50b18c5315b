// One HTTP pool that many workers share: each takes the next URL from one queue, and no connection is ever used by two of them at once.
// Timed against a connection for each request, and against one worker; each answer takes the server 2 ms.
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { HttpPool } from '@pool/http';

let accepted = 0;
let shared = 0;
const busy = new Set<Socket>();
const server = createServer((request, response) => {
  if (busy.has(request.socket)) shared += 1;
  busy.add(request.socket);
  setTimeout(() => {
    busy.delete(request.socket);
    response.end(`this is ${request.url}`);
  }, 2);
}).listen(0, '127.0.0.1');
server.on('connection', () => accepted++);
await once(server, 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function run(name: string, workers: number, download: (path: string) => Promise<string>): Promise<string> {
  const queue = Array.from({ length: 200 }, (_, number) => `/page/${number}`);
  accepted = 0;
  let right = 0;
  const worker = async (): Promise<void> => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      if ((await download(path)) === `this is ${path}`) right += 1;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: workers }, worker));
  const ms = Math.round(performance.now() - start);
  return `${name.padEnd(34)} ${right} pages in ${String(ms).padStart(4)} ms, connections: ${accepted}`;
}

// Twice, because what runs first pays for warming up.
for (const print of [() => {}, console.log]) {
  const each = await run('a new connection each, workers: 1', 1, async (path) => {
    const [response] = await once(get(origin + path, { agent: false }), 'response');
    return text(response);
  });
  print(each);
  for (const workers of [1, 32]) {
    await using pool = new HttpPool({ maxPerKey: 8 });
    const pooled = await run(`the pool, workers: ${workers}`, workers, async (path) =>
      (await pool.request(origin + path)).text(),
    );
    print(pooled);
  }
}
console.log(`connections used by two at once: ${shared}`);
server.close();
