import { eventually } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { ok, rawServer } from './raw-server.ts';

const evil = ok('evil');

/** What a server, or somebody between, may say to make two responses of one or one of two. */
const attempts: readonly (readonly [name: string, bytes: string])[] = [
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\nok'],
  ['two lengths in one line', 'HTTP/1.1 200 OK\r\nContent-Length: 2, 7\r\n\r\nok'],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nok'],
  ['length and chunked', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
  ['chunked and length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
  ['a chunk size that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n'],
  ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n'],
  ['a chunk size beyond all bounds', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nok'],
  ['a header line without a colon', 'HTTP/1.1 200 OK\r\nContent-Length\r\n\r\nok'],
  ['a blank before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok'],
  ['a header folded over two lines', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok'],
  ['a bare line feed between headers', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  ['a zero byte in a header', 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok'],
  ['an unasked 100', `HTTP/1.1 100 Continue\r\n\r\n${ok('ok')}`],
  ['an unasked 101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
  ['another version', 'HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\nok'],
];

describe('a response that is no HTTP/1.1', () => {
  it.each(attempts)('%s: refused, and its connection never used again', async (_, bytes) => {
    const server = await rawServer(({ path }) => (path === '/evil' ? bytes : ok('good')));
    const pool = openPool({ maxPerKey: 1 });
    const answer = pool.request(`${server.url}/evil`).then((response) => response.text());
    await expect(answer).rejects.toMatchObject({ code: 'HTTP_PROTOCOL', outcome: 'protocol' });
    expect(await (await pool.request(`${server.url}/good`)).text()).toBe('good');
    expect(server.connections.map(({ requests }) => requests.map(({ path }) => path))).toEqual([['/evil'], ['/good']]);
    expect(onlyOrigin(pool).endings).toMatchObject({ protocol: 1 });
  });
});

describe('bytes after a complete response', () => {
  it.each([
    ['a second response', `${ok('first')}${evil}`],
    [
      'a second response after a chunked one',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n${evil}`,
    ],
    ['more than the length says', `${ok('first')}more`],
    ['a response to a HEAD with a body', undefined],
  ])('%s: never taken for the answer to the next request', async (_, bytes) => {
    const server = await rawServer(({ path, method }) => (path === '/next' ? ok('next') : method === 'HEAD' ? evil : bytes));
    const pool = openPool({ maxPerKey: 1 });
    const first = pool.request(`${server.url}/first`, { method: bytes === undefined ? 'HEAD' : 'GET' });
    const next = pool.request(`${server.url}/next`);
    expect(await (await first).text()).toBe(bytes === undefined ? '' : 'first');
    expect(await (await next).text()).toBe('next');
    expect(server.connections.map(({ requests }) => requests.map(({ path }) => path))).toEqual([['/first'], ['/next']]);
    await eventually(() => onlyOrigin(pool).endings.protocol === 1);
  });

  it('that come a little later: its connection is not lent again', async () => {
    const server = await rawServer(({ path }, { socket }) => {
      if (path === '/next') return ok('next');
      setImmediate(() => setImmediate(() => socket.write(evil)));
      return ok('first');
    });
    const pool = openPool({ maxPerKey: 1 });
    expect(await (await pool.request(`${server.url}/first`)).text()).toBe('first');
    await eventually(() => onlyOrigin(pool).endings['idle-gone'] + onlyOrigin(pool).endings.protocol === 1);
    expect(await (await pool.request(`${server.url}/next`)).text()).toBe('next');
    expect(server.connections).toHaveLength(2);
  });
});
