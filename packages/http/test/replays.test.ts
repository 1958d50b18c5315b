import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { HttpRequestInit } from '@pool/http';
import { eventually } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { ok, type RawServer, rawServer } from './raw-server.ts';

/** Answers the first request of its first connection, and resets that connection at the second: as if it had closed for idling just then. */
function stale(): Promise<RawServer> {
  return rawServer((_, { number, socket, requests }) => {
    if (number > 1 || requests.length === 1) return ok('ok');
    socket.resetAndDestroy();
    return undefined;
  });
}

async function* once(): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from('body');
}

describe('a request that a stale connection swallowed', () => {
  it.each<[string, HttpRequestInit]>([
    ['GET', {}],
    ['HEAD', { method: 'HEAD' }],
    ['OPTIONS', { method: 'OPTIONS' }],
    ['DELETE', { method: 'DELETE' }],
    ['PUT with a text', { method: 'PUT', body: 'body' }],
    ['PUT with bytes', { method: 'PUT', body: Buffer.from('body') }],
    ['POST with an Idempotency-Key', { method: 'POST', body: 'body', headers: { 'Idempotency-Key': '1' } }],
    ['POST with an X-Idempotency-Key', { method: 'POST', body: 'body', headers: new Headers({ 'x-idempotency-key': '1' }) }],
    ['POST whose caller says that it may be sent twice', { method: 'POST', body: 'body', idempotent: true }],
  ])('%s: is sent again, on a fresh connection', async (_, init) => {
    const server = await stale();
    const pool = openPool({ maxPerKey: 1 });
    await (await pool.request(server.url)).text();
    const response = await pool.request(server.url, init);
    expect(response.status).toBe(200);
    await response.text();
    expect(server.connections.map(({ requests }) => requests.length)).toEqual([2, 1]);
    expect(server.connections[1]?.requests[0]?.body).toBe(init.body === undefined ? '' : 'body');
    expect(onlyOrigin(pool)).toMatchObject({ replays: 1, endings: { 'stale-reuse': 1 } });
  });

  it.each<[string, HttpRequestInit]>([
    ['POST', { method: 'POST', body: 'body' }],
    ['PATCH', { method: 'PATCH', body: 'body' }],
    ['PUT whose body has flowed', { method: 'PUT', body: once() }],
    ['GET whose caller says that it must not be sent twice', { idempotent: false }],
  ])('%s: fails', async (_, init) => {
    const server = await stale();
    const pool = openPool({ maxPerKey: 1 });
    await (await pool.request(server.url)).text();
    await expect(pool.request(server.url, init)).rejects.toMatchObject({ code: 'HTTP_CONNECTION_LOST', outcome: 'stale-reuse' });
    expect(onlyOrigin(pool)).toMatchObject({ replays: 0, endings: { 'stale-reuse': 1 } });
    expect(onlyOrigin(pool).pool?.totals.closed['stale-reuse']).toBe(1);
  });

  it('is sent again once, and no more', async () => {
    const server = await rawServer((request, { number, socket }) => {
      if (number === 1 && request.number === 1) return ok('ok');
      socket.resetAndDestroy();
      return undefined;
    });
    const pool = openPool({ maxPerKey: 1 });
    await (await pool.request(server.url)).text();
    await expect(pool.request(server.url)).rejects.toMatchObject({ code: 'HTTP_CONNECTION_LOST', outcome: 'broken' });
    expect(server.connections.map(({ requests }) => requests.length)).toEqual([2, 1]);
  });

  it('does not go to another connection that idled as long', async () => {
    // Four connections, all of which die at their second request.
    const server = await rawServer((request, { number, socket }) => {
      if (number > 4 || request.number === 1) return ok('ok');
      socket.resetAndDestroy();
      return undefined;
    });
    const pool = openPool({ maxPerKey: 4 });
    await pool.warm(server.url, 4);
    const responses = await Promise.all(Array.from({ length: 4 }, () => pool.request(server.url)));
    await Promise.all(responses.map((response) => response.text()));
    await eventually(() => onlyOrigin(pool).endings.reuse === 4);
    expect(await (await pool.request(server.url)).text()).toBe('ok');
    expect(onlyOrigin(pool).replays).toBe(1);
  });

  it('is not sent again once a byte of its response has come', async () => {
    const server = await rawServer((request, { socket }) => {
      if (request.number === 1) return ok('ok');
      socket.write('H', () => socket.end());
      return undefined;
    });
    const pool = openPool({ maxPerKey: 1 });
    await (await pool.request(server.url)).text();
    await expect(pool.request(server.url)).rejects.toMatchObject({ code: 'HTTP_CONNECTION_LOST', outcome: 'broken' });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a request on a connection that has waited, and never served', () => {
  /** Waits as long as the pool's clock can tell. */
  async function warmAndWait(pool: ReturnType<typeof openPool>, url: string): Promise<void> {
    await pool.warm(url, 3);
    await turnOfTheLoop();
  }

  it('is sent again, and not to another that has waited as long', async () => {
    const server = await rawServer((_, { number, socket }) => {
      if (number > 3) return ok('ok');
      socket.resetAndDestroy();
      return undefined;
    });
    const pool = openPool({ maxPerKey: 3 });
    await warmAndWait(pool, server.url);
    expect(await (await pool.request(server.url)).text()).toBe('ok');
    expect(onlyOrigin(pool).replays).toBe(1);
  });

  it('fails when it is a POST, and is sent to nobody else', async () => {
    const server = await rawServer((_, { socket }) => void socket.resetAndDestroy());
    const pool = openPool({ maxPerKey: 3 });
    await warmAndWait(pool, server.url);
    const posted = pool.request(server.url, { method: 'POST', body: 'body' });
    await expect(posted).rejects.toMatchObject({ code: 'HTTP_CONNECTION_LOST', outcome: 'stale-reuse' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a request that the first connection lost', () => {
  it('fails: nobody knows what the server did with it', async () => {
    const server = await rawServer((_, { socket }) => void socket.resetAndDestroy());
    const pool = openPool();
    await expect(pool.request(server.url)).rejects.toMatchObject({ code: 'HTTP_CONNECTION_LOST', outcome: 'broken' });
    expect(server.requests).toHaveLength(1);
    expect(onlyOrigin(pool).pool?.totals.closed.broken).toBe(1);
  });
  it('fails in the middle of the body', async () => {
    const server = await rawServer((_, { socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', () => socket.end());
      return undefined;
    });
    const pool = openPool();
    const response = await pool.request(server.url);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toMatchObject({ code: 'HTTP_CONNECTION_LOST' });
    await expect(response.text()).rejects.toMatchObject({ code: 'HTTP_RESPONSE_USED' });
  });
});

describe('421 Misdirected Request', () => {
  const misdirected = 'HTTP/1.1 421 Misdirected Request\r\nContent-Length: 5\r\n\r\nwrong';
  it('is asked again over a fresh connection, whatever the method', async () => {
    const server = await rawServer((_, { number }) => (number === 1 ? misdirected : ok('right')));
    const pool = openPool({ maxPerKey: 1 });
    const response = await pool.request(server.url, { method: 'POST', body: 'body' });
    expect(await response.text()).toBe('right');
    expect(onlyOrigin(pool)).toMatchObject({ replays: 1, endings: { misdirected: 1 } });
  });
  it('is the answer when it comes twice', async () => {
    const server = await rawServer(() => misdirected);
    const pool = openPool();
    const response = await pool.request(server.url);
    expect(response.status).toBe(421);
    expect(await response.text()).toBe('wrong');
    expect(server.connections).toHaveLength(2);
  });
});

describe('408 Request Timeout', () => {
  const timedOut = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  it('is asked again when that is safe', async () => {
    const server = await rawServer((_, { number }) => (number === 1 ? timedOut : ok('ok')));
    const pool = openPool();
    expect((await pool.request(server.url)).status).toBe(200);
    expect(onlyOrigin(pool)).toMatchObject({ replays: 1, endings: { 'request-timeout': 1 } });
  });
  it('is the answer when it is not', async () => {
    const server = await rawServer(() => timedOut);
    const pool = openPool();
    expect((await pool.request(server.url, { method: 'POST', body: 'x' })).status).toBe(408);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a request that was never written', () => {
  it('loses nothing, whatever its method, when the server closes after every response without a word', async () => {
    const server = await rawServer(({ path }, { socket }) => {
      socket.end(ok(path));
      return undefined;
    });
    const pool = openPool({ maxPerKey: 2 });
    const paths = Array.from({ length: 60 }, (_, index) => `/${index}`);
    const answers = await Promise.all(
      paths.map(async (path) => (await pool.request(server.url + path, { method: 'POST', body: 'x' })).text()),
    );
    expect(answers).toEqual(paths);
    expect(server.requests).toHaveLength(60);
    expect(onlyOrigin(pool).replays).toBe(0);
  });
  it('keeps its place at the head of the queue', async () => {
    const server = await rawServer(({ path }, { socket }) => {
      if (path === '/0') socket.end(ok(path));
      else return ok(path);
      return undefined;
    });
    const pool = openPool({ maxPerKey: 1 });
    const paths = Array.from({ length: 10 }, (_, index) => `/${index}`);
    await Promise.all(paths.map(async (path) => (await pool.request(server.url + path, { method: 'POST' })).text()));
    expect(server.paths).toEqual(paths);
    expect(server.connections).toHaveLength(2);
  });
});
