// A popular HTTP client with the pool inside, timed with and without: all that changes is one option.
// Today's clients keep connections by themselves, so what is won against those is not time: it is a bound on how many there are.
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { agent, fetch, HttpPool } from '@pool/http';
import axios, { type AxiosInstance } from 'axios';

let accepted = 0;
const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
server.on('connection', () => accepted++);
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const pool = new HttpPool({ maxPerKey: 6 });

/** Some go ahead, so that nobody pays for being the first. Server and client share this process: the times are those of both. */
async function time(name: string, get: () => Promise<unknown>): Promise<void> {
  accepted = 0;
  await many(100, get);
  const start = performance.now();
  await many(200, get);
  const ms = Math.round(performance.now() - start);
  console.log(`${name.padEnd(30)} 200 answers in ${String(ms).padStart(4)} ms, connections: ${accepted}`);
}
async function many(requests: number, get: () => Promise<unknown>): Promise<void> {
  let left = requests;
  const caller = async (): Promise<void> => {
    while (left-- > 0) await get();
  };
  await Promise.all(Array.from({ length: 25 }, caller));
}
const through = (client: AxiosInstance) => () => client.get(url);
await time('axios, a new connection each', through(axios.create({ httpAgent: new Agent({ keepAlive: false }) })));
await time('axios as it comes', through(axios.create()));
await time('axios with the pool', through(axios.create({ httpAgent: agent(pool) })));

// The fetch of Node, too.
const pooled = fetch(pool);
await time('fetch as it comes', async () => (await globalThis.fetch(url)).text());
await time('fetch with the pool', async () => (await pooled(url)).text());

await pool.close();
server.close().closeAllConnections();
