import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@pool/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { ok, rawServer } from './raw-server.ts';

async function listen(listener: RequestListener, where: { readonly path?: string } = {}): Promise<Server> {
  const server = createServer(listener).listen(where.path === undefined ? { port: 0, host: '127.0.0.1' } : { path: where.path });
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = await listen(listener);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Says back what it heard. */
const echo: RequestListener = (request, response) => {
  const { method, url, headers } = request;
  let body = '';
  request.setEncoding('latin1').on('data', (text) => {
    body += text;
  });
  request.on('end', () => response.end(JSON.stringify({ method, url, headers, body })));
};

describe('a request', () => {
  it('brings status, headers and body', async () => {
    const url = await serve((request, response) => {
      response.writeHead(201, 'Made', { 'content-type': 'application/json', 'x-url': request.url, 'set-cookie': ['a=1', 'b=2'] });
      response.end(JSON.stringify({ method: request.method, host: request.headers.host }));
    });
    const pool = openPool();
    const response = await pool.request(`${url}/a/b?c=d`, { method: 'PUT' });
    expect(response.status).toBe(201);
    expect(response.statusText).toBe('Made');
    expect(response.headers.get('x-url')).toBe('/a/b?c=d');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toEqual({ method: 'PUT', host: new URL(url).host });
  });

  it('goes over the same connection as the one before, and the stats say so', async () => {
    const url = await serve((_, response) => response.end('ok'));
    const pool = openPool();
    for (let count = 0; count < 3; count++) expect(await (await pool.request(url)).text()).toBe('ok');
    await eventually(() => onlyOrigin(pool).endings.reuse === 3);
    expect(onlyOrigin(pool).pool?.totals.opened).toBe(1);
  });

  it.each([
    ['text', 'grün', 'gr\u00c3\u00bcn'],
    ['bytes', Buffer.from('bytes'), 'bytes'],
    ['a view of bytes', new Uint8Array(Buffer.from('-view-')).subarray(1, 5), 'view'],
    ['no text', '', ''],
  ])('sends %s, with its length', async (_, body, heard) => {
    const pool = openPool();
    const answer = await (await pool.request(await serve(echo), { method: 'POST', body })).json<{
      body: string;
      headers: object;
    }>();
    expect(answer.body).toBe(heard);
    expect(answer.headers).toMatchObject({ 'content-length': String(heard.length) });
  });

  it('sends what comes bit by bit in chunks', async () => {
    const pool = openPool();
    async function* parts(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from('one ');
      yield Buffer.from('two');
    }
    const answer = await (await pool.request(await serve(echo), { method: 'POST', body: parts() })).json<{
      body: string;
      headers: object;
    }>();
    expect(answer.body).toBe('one two');
    expect(answer.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
  });

  it.each([
    ['an object', { 'X-A': '1', b: '2' }],
    ['Headers', new Headers({ 'x-a': '1', b: '2' })],
    [
      'pairs',
      [
        ['x-a', '1'],
        ['b', '2'],
      ] as const,
    ],
    [
      'a Map',
      new Map([
        ['x-a', '1'],
        ['b', '2'],
      ]),
    ],
    ['name and value in turns', ['x-a', '1', 'b', '2']],
  ])('takes headers as %s', async (_, headers) => {
    const pool = openPool();
    const answer = await (await pool.request(await serve(echo), { headers })).json<{ headers: object }>();
    expect(answer.headers).toMatchObject({ 'x-a': '1', b: '2' });
  });

  it('may follow a redirect by itself: a status is an answer', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: '/x' }).end());
    expect((await openPool().request(url)).status).toBe(302);
  });

  it('goes to a Unix socket', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'pool-http-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const socketPath = join(dir, 'socket');
    await listen(echo, { path: socketPath });
    const pool = openPool();
    const response = await pool.request('http://localhost/info', { via: { socketPath } });
    expect(await response.json()).toMatchObject({ url: '/info', headers: { host: 'localhost' } });
    expect(onlyOrigin(pool).origin).toEqual({ url: 'http://localhost', socketPath });
  });

  it('goes out from the address it is told to', async () => {
    const url = await serve((request, response) => response.end(request.socket.remoteAddress));
    const pool = openPool();
    expect(await (await pool.request(url, { via: { localAddress: '127.0.0.2' } })).text()).toBe('127.0.0.2');
    expect(await (await pool.request(url)).text()).toBe('127.0.0.1');
    expect(pool.origins.size).toBe(2);
  });
});

describe('the body of a response', () => {
  const large = Buffer.alloc(1_000_000, 'abcdefgh');
  it('as text, bytes, JSON', async () => {
    const url = await serve((request, response) => response.end(request.url === '/json' ? '\ufeff{"a":1}' : large));
    const pool = openPool();
    expect(await (await pool.request(url)).text()).toBe(large.toString());
    expect(large.equals(await (await pool.request(url)).bytes())).toBe(true);
    expect(await (await pool.request(`${url}/json`)).json()).toEqual({ a: 1 });
    await expect((await pool.request(url)).json()).rejects.toThrow(SyntaxError);
  });

  it('as bytes that share no memory with those of others', async () => {
    const url = await serve((request, response) => response.end(request.url));
    const pool = openPool();
    for (const path of ['/one', '/another']) {
      const { buffer } = await (await pool.request(url + path)).bytes();
      expect(Buffer.from(buffer).toString()).toBe(path);
    }
  });

  it('bit by bit, at the pace of the reader', async () => {
    const server = await rawServer((_, { socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${20 * large.length}\r\n\r\n`);
      for (let count = 0; count < 20; count++) socket.write(large);
      return undefined;
    });
    const pool = openPool();
    const response = await pool.request(server.url);
    const socket = server.connections[0]?.socket;
    // The kernel takes some of it, the rest waits at the server for as long as nobody reads.
    let left = -1;
    let still = 0;
    await eventually(() => {
      still = socket?.writableLength === left ? still + 1 : 0;
      left = socket?.writableLength ?? 0;
      return still > 100;
    });
    expect(left).toBeGreaterThan(1_000_000);
    let length = 0;
    for await (const chunk of response) length += chunk.length;
    expect(length).toBe(20 * large.length);
  });

  it('holds its connection until it is read', async () => {
    const url = await serve((_, response) => response.end(large));
    const pool = openPool({ maxPerKey: 1 });
    const first = await pool.request(url);
    const second = pool.request(url);
    expect(onlyOrigin(pool).pool).toMatchObject({ leased: 1, waiting: 1 });
    expect(await first.text()).toHaveLength(large.length);
    expect(await (await second).text()).toHaveLength(large.length);
    expect(onlyOrigin(pool).pool?.totals.opened).toBe(1);
  });

  it('holds nothing when it is small', async () => {
    const url = await serve((_, response) => response.end('small'));
    const pool = openPool({ maxPerKey: 1 });
    const first = await pool.request(url);
    const second = await pool.request(url);
    expect(await second.text()).toBe('small');
    expect(await first.text()).toBe('small');
    expect(onlyOrigin(pool).pool?.totals.opened).toBe(1);
  });

  it('left in the middle closes its connection', async () => {
    const url = await serve((_, response) => response.end(large));
    const pool = openPool();
    for await (const chunk of await pool.request(url)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(onlyOrigin(pool).endings.abort).toBe(1);
  });

  it('is had once', async () => {
    const url = await serve((_, response) => response.end('ok'));
    const pool = openPool();
    const response = await pool.request(url);
    expect(response.bodyUsed).toBe(false);
    await response.text();
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toMatchObject({ code: 'HTTP_RESPONSE_USED' });
    await expect(response.bytes()).rejects.toMatchObject({ code: 'HTTP_RESPONSE_USED' });
  });

  it('has its trailers behind it', async () => {
    const server = await rawServer(
      () => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n',
    );
    const response = await openPool().request(server.url);
    expect(await response.text()).toBe('ok');
    expect(response.trailers.get('x-sum')).toBe('42');
  });
});

describe('a request that waits for a connection', () => {
  it('is refused at once when it is wrong', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ maxPerKey: 1 });
    const first = pool.request(server.url).catch(() => {});
    await expect(pool.request(server.url, { method: 'G T' })).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    await expect(pool.request(server.url, { headers: { 'a b': '1' } })).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    await expect(pool.request(server.url, { headers: { a: 'b\r\nc: d' } })).rejects.toMatchObject({
      code: 'UND_ERR_INVALID_ARG',
    });
    await pool.close({ drainTimeoutMs: 0 });
    await first;
  });
  it('is sent with the headers it was given, whatever became of them since', async () => {
    const server = await rawServer(({ headers }) => ok(String(headers.a)));
    const pool = openPool({ maxPerKey: 1 });
    const first = pool.request(server.url, { headers: { a: 'first' } });
    const headers: Record<string, string> = { a: 'before' };
    const second = pool.request(server.url, { headers });
    headers.a = 'after';
    await (await first).text();
    expect(await (await second).text()).toBe('before');
  });
  it('is refused when the pool closes, and so is every later one', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ maxPerKey: 1 });
    const first = pool.request(server.url).catch((error: unknown) => error);
    const second = pool.request(server.url);
    const closing = pool.close({ drainTimeoutMs: 0 });
    await expect(second).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    await closing;
    expect(await first).toBeInstanceOf(Error);
    await expect(pool.request(server.url)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  });
});

describe('a wrong request', () => {
  it.each([
    ['a method with a blank', { method: 'G T' }],
    ['a header name with a blank', { headers: { 'a b': '1' } }],
    ['a line break in a header', { headers: { a: 'b\r\nc: d' } }],
    ['a transfer encoding of its own', { headers: { 'transfer-encoding': 'chunked' } }],
    [
      'two hosts',
      {
        headers: [
          ['host', 'a'],
          ['host', 'b'],
        ] as const,
      },
    ],
  ])('%s: is refused, and the connection is as good as before', async (_, init) => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool({ maxPerKey: 1 });
    await (await pool.request(server.url)).text();
    await eventually(() => onlyOrigin(pool).pool?.idle === 1 && onlyOrigin(pool).endings.reuse === 1);
    await expect(pool.request(server.url, init)).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    expect(onlyOrigin(pool).pool).toMatchObject({ idle: 1, leased: 0 });
    expect(await (await pool.request(server.url)).text()).toBe('ok');
    expect(server.connections).toHaveLength(1);
  });
  it.each(['ftp://host/', '/relative', 'http://', ''])('%j is no URL to ask', async (url) => {
    await expect(openPool().request(url)).rejects.toThrow(/URL/);
  });
});

describe('warm()', () => {
  it('opens connections before anybody asks, and keeps them', async () => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool({ maxPerKey: 4 });
    await pool.warm(server.url, 3);
    expect(onlyOrigin(pool).pool).toMatchObject({ idle: 3, min: 3 });
    server.connections[0]?.socket.end();
    await eventually(() => server.connections.length === 4);
    await expect(pool.warm(server.url, 5)).rejects.toMatchObject({ code: 'POOL_BAD_OPTION', option: 'count' });
  });
});

describe('many origins', () => {
  it('share maxTotal: an idle connection of one makes room for another', async () => {
    const servers = await Promise.all([1, 2, 3].map((number) => rawServer(() => ok(String(number)))));
    const pool = openPool({ maxPerKey: 2, maxTotal: 2 });
    for (const { url } of [...servers, ...servers]) await (await pool.request(url)).text();
    const live = pool.stats.map(({ pool: stats }) => (stats?.idle ?? 0) + (stats?.leased ?? 0));
    expect(live.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(2);
    expect(pool.total).toBeLessThanOrEqual(2);
  });
  it('are forgotten when nobody asks for them any more', async () => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool({ emptyPoolTtlMs: 20 });
    await (await pool.request(server.url)).text();
    expect(pool.stats).toHaveLength(1);
    await eventually(() => pool.stats.length === 0);
    expect(await (await pool.request(server.url)).text()).toBe('ok');
  });
});
