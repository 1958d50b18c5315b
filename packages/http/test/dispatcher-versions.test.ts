import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { dispatcher, fetch as fetchThrough, type HttpPool } from '@pool/http';
import { eventually, freePort } from '@pool/testkit';
import * as undici7 from 'undici';
import * as undici6 from 'undici6';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { undici8 } from './fixtures/undici8.ts';
import { onlyOrigin, openPool } from './open-pool.ts';

const large = Buffer.alloc(1_000_000, 'abcdefgh');
const server = createServer((request, response): unknown => {
  switch (request.url) {
    case '/large':
      return response.end(large);
    case '/gzip':
      return response.setHeader('content-encoding', 'gzip').end(gzipSync('zipped'));
    case '/brotli':
      return response.setHeader('content-encoding', 'br').end(brotliCompressSync('zipped'));
    case '/redirect':
      return response.writeHead(302, { location: '/echo' }).end();
    case '/never':
      return undefined;
    case '/half':
      return response.write('half');
    case '/broken':
      response.writeHead(200, { 'content-length': 10 });
      return response.write('half', () => request.socket.destroy());
    case '/hints':
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      return response.end('after hints');
    case '/trailers':
      response.writeHead(200, { trailer: 'x-sum' });
      response.write('body');
      response.addTrailers({ 'x-sum': '42' });
      return response.end();
    case '/cookies':
      return response.setHeader('set-cookie', ['a=1', 'b=2']).end();
    default: {
      const parts: Buffer[] = [];
      request.on('data', (part) => parts.push(part));
      return request.on('end', () => {
        const { method, url, headers } = request;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(parts).toString('latin1') }));
      });
    }
  }
});
server.on('upgrade', (_, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.pipe(socket);
});
server.on('connect', (_, socket) => {
  socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  socket.pipe(socket);
});
let url: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What of a fetch these tests use; the types of four versions agree on nothing else. */
interface Answer {
  readonly status: number;
  readonly redirected: boolean;
  readonly headers: { get(name: string): string | null; getSetCookie(): string[] };
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
  json(): Promise<unknown>;
}
type AnyFetch = (url: string, init?: object) => Promise<Answer>;

/** Each fetch knows only the forms of its own making. */
type Form = new () => { set(name: string, value: string): void };

const fetches: readonly (readonly [name: string, through: (pool: HttpPool) => AnyFetch, Form])[] = [
  ['undici 6', (pool) => given(undici6.fetch, pool), undici6.FormData],
  ['undici 7', (pool) => given(undici7.fetch, pool), undici7.FormData],
  ['undici 8', (pool) => given(undici8.fetch, pool), undici8.FormData],
  [`Node ${process.versions.node}`, (pool) => given(globalThis.fetch, pool), FormData],
  ['fetch(pool)', (pool) => fetchThrough(pool) as unknown as AnyFetch, FormData],
];

function given(fetch: unknown, pool: HttpPool): AnyFetch {
  const through = dispatcher(pool);
  return (input, init) => (fetch as AnyFetch)(input, { ...init, dispatcher: through });
}

describe.each(fetches)('the fetch of %s', (_, through, Form) => {
  it('sends and receives', async () => {
    const pool = openPool();
    const fetch = through(pool);
    const response = await fetch(`${url}/echo?a=b`, { method: 'POST', body: 'grün', headers: { 'x-a': '1' } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      method: 'POST',
      url: '/echo?a=b',
      body: 'gr\u00c3\u00bcn',
      headers: { 'x-a': '1' },
    });
    await (await fetch(`${url}/echo`)).text();
    expect(onlyOrigin(pool).pool?.totals.opened).toBe(1);
  });
  it('sends bodies of every kind', async () => {
    const fetch = through(openPool());
    const form = new Form();
    form.set('field', 'in the form');
    const bodies: readonly (readonly [unknown, string])[] = [
      [Buffer.from('bytes'), 'bytes'],
      [new Uint8Array([97, 98]).buffer, 'ab'],
      [new URLSearchParams({ a: 'b c' }), 'a=b+c'],
      [new Blob(['blob']), 'blob'],
      [form, 'in the form'],
      [ReadableStream.from([Buffer.from('st'), Buffer.from('ream')]), 'stream'],
    ];
    for (const [body, heard] of bodies) {
      const response = await fetch(`${url}/echo`, { method: 'POST', body, duplex: 'half' });
      expect(((await response.json()) as { body: string }).body).toContain(heard);
    }
  });
  it('reads a body of any size, whole or bit by bit', async () => {
    const fetch = through(openPool());
    expect(await (await fetch(`${url}/large`)).text()).toBe(large.toString());
    let length = 0;
    for await (const chunk of (await fetch(`${url}/large`)).body ?? []) length += chunk.length;
    expect(length).toBe(large.length);
  });
  it('unzips, follows redirects, keeps cookies apart', async () => {
    const fetch = through(openPool());
    expect(await (await fetch(`${url}/gzip`)).text()).toBe('zipped');
    expect(await (await fetch(`${url}/brotli`)).text()).toBe('zipped');
    const response = await fetch(`${url}/redirect`);
    expect(response.redirected).toBe(true);
    expect(await response.json()).toMatchObject({ url: '/echo' });
    expect((await fetch(`${url}/cookies`)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });
  it('gives up before the headers, in the body, and in the queue', async () => {
    const pool = openPool({ maxPerKey: 1 });
    const fetch = through(pool);
    const early = new AbortController();
    const never = fetch(`${url}/never`, { signal: early.signal });
    const queued = new AbortController();
    const waiting = fetch(`${url}/echo`, { signal: queued.signal });
    await eventually(() => onlyOrigin(pool).pool?.waiting === 1 && onlyOrigin(pool).pool?.leased === 1);
    queued.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    early.abort();
    await expect(never).rejects.toMatchObject({ name: 'AbortError' });
    const late = new AbortController();
    const half = await fetch(`${url}/half`, { signal: late.signal });
    const reading = half.text();
    late.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(await (await fetch(`${url}/echo`)).json()).toMatchObject({ url: '/echo' });
    await eventually(() => onlyOrigin(pool).pool?.waiting === 0 && onlyOrigin(pool).pool?.leased === 0);
  });
  it('tells of a lost connection and of a refused one', async () => {
    const fetch = through(openPool({ whenDown: 'refuse' }));
    await expect(fetch(`${url}/broken`).then((response) => response.text())).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${await freePort()}/`)).rejects.toMatchObject({ cause: { code: 'POOL_OPEN_FAILED' } });
  });
});

/** What of undici's `request` these tests use. */
interface Result {
  readonly statusCode: number;
  readonly headers: Record<string, unknown>;
  readonly trailers: Record<string, string>;
  readonly body: AsyncIterable<Buffer> & {
    text(): Promise<string>;
    json(): Promise<unknown>;
    destroy(error?: Error): void;
    dump(): Promise<void>;
  };
}
interface Api {
  request(url: string, options: object): Promise<Result>;
  stream(url: string, options: object, factory: (data: { statusCode: number }) => NodeJS.WritableStream): Promise<unknown>;
  upgrade(url: string, options: object): Promise<{ socket: NodeJS.ReadWriteStream & { destroy(): void } }>;
  connect(url: string, options: object): Promise<{ socket: NodeJS.ReadWriteStream & { destroy(): void } }>;
}
const apis: readonly (readonly [string, Api])[] = [
  ['undici 6', undici6 as unknown as Api],
  ['undici 7', undici7 as unknown as Api],
  ['undici 8', undici8 as unknown as Api],
];

describe.each(apis)('request and its like of %s', (_, api) => {
  it('sends and receives', async () => {
    const pool = openPool();
    const through = { dispatcher: dispatcher(pool) };
    for (const body of ['text', Buffer.from('text'), Readable.from([Buffer.from('te'), Buffer.from('xt')])]) {
      const { statusCode, body: answer } = await api.request(`${url}/echo`, { method: 'PUT', body, ...through });
      expect(statusCode).toBe(200);
      expect(await answer.json()).toMatchObject({ method: 'PUT', body: 'text' });
    }
    expect(onlyOrigin(pool).pool?.totals.opened).toBe(1);
  });
  it('gets early hints and trailers', async () => {
    const through = { dispatcher: dispatcher(openPool()) };
    const hints: unknown[] = [];
    const { body } = await api.request(`${url}/hints`, { ...through, onInfo: (info: unknown) => hints.push(info) });
    expect(await body.text()).toBe('after hints');
    expect(hints).toMatchObject([{ statusCode: 103, headers: { link: '</style.css>; rel=preload' } }]);
    const result = await api.request(`${url}/trailers`, through);
    expect(await result.body.text()).toBe('body');
    expect(result.trailers).toEqual({ 'x-sum': '42' });
  });
  it('streams into something slow', async () => {
    const through = { dispatcher: dispatcher(openPool()) };
    const { Writable } = await import('node:stream');
    let length = 0;
    const slow = new Writable({
      highWaterMark: 1_000,
      write(chunk: Buffer, _encoding, done) {
        length += chunk.length;
        setImmediate(done);
      },
    });
    await api.stream(`${url}/large`, { method: 'GET', ...through }, () => slow);
    expect(length).toBe(large.length);
  });
  it('upgrades and connects: the socket is the caller’s, and the pool forgets it', async () => {
    const pool = openPool();
    const through = { dispatcher: dispatcher(pool) };
    for (const ask of [
      () => api.upgrade(`${url}/x`, { protocol: 'echo', ...through }),
      () => api.connect(url, { path: 'host:1', ...through }),
    ]) {
      const { socket } = await ask();
      socket.write('hello');
      expect(String((await once(socket, 'data'))[0])).toBe('hello');
      socket.destroy();
    }
    expect(onlyOrigin(pool)).toMatchObject({ endings: { detached: 2 }, pool: { leased: 0, totals: { detached: 2 } } });
    expect(await (await api.request(`${url}/echo`, through)).body.json()).toMatchObject({ url: '/echo' });
  });
  it('gives up in the queue at once, and in the body', async () => {
    const pool = openPool({ maxPerKey: 1 });
    const through = { dispatcher: dispatcher(pool) };
    const half = await api.request(`${url}/half`, through);
    const controller = new AbortController();
    const waiting = api.request(`${url}/echo`, { signal: controller.signal, ...through });
    expect(onlyOrigin(pool).pool?.waiting).toBe(1);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(onlyOrigin(pool).pool?.waiting).toBe(0);
    half.body.destroy();
    await expect(half.body.text()).rejects.toThrow();
    expect(await (await api.request(`${url}/echo`, through)).body.json()).toMatchObject({ url: '/echo' });
  });
  it('has its own limits', async () => {
    const through = { dispatcher: dispatcher(openPool()) };
    await expect(api.request(`${url}/never`, { headersTimeout: 20, ...through })).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
    });
    const { body } = await api.request(`${url}/half`, { bodyTimeout: 20, ...through });
    await expect(body.text()).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
  });
  it('is told what is wrong with a request, also while it waits', async () => {
    const pool = openPool({ maxPerKey: 1 });
    const through = { dispatcher: dispatcher(pool) };
    const wrong = { headers: { a: 'b\r\nc: d' }, ...through };
    await expect(api.request(`${url}/echo`, wrong)).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    const half = await api.request(`${url}/half`, through);
    await expect(api.request(`${url}/echo`, wrong)).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    await expect(api.request(`${url}/echo`, { headers: { expect: '100-continue' }, ...through })).rejects.toMatchObject({
      code: 'UND_ERR_NOT_SUPPORTED',
    });
    half.body.destroy();
    await expect(half.body.text()).rejects.toThrow();
  });
});
