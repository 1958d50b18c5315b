import { eventually } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { ok, type RawConnection, rawServer, type Script } from './raw-server.ts';

/** Asks for /first, then for /second; says which connections they went over, and how the first exchange ended. */
async function firstAndSecond(
  first: Script,
): Promise<{ readonly connections: number; readonly answers: readonly string[]; readonly endings: object }> {
  const server = await rawServer((request, connection) =>
    request.path === '/first' ? first(request, connection) : ok('second'),
  );
  const pool = openPool({ maxPerKey: 1, keepAliveMarginMs: 1_000 });
  const answers: string[] = [];
  for (const path of ['/first', '/second']) {
    const response = await pool.request(server.url + path);
    answers.push(await response.text());
  }
  // The last exchange ends a turn after its response.
  await eventually(() => sum(onlyOrigin(pool).endings) === 2);
  const { endings } = onlyOrigin(pool);
  return {
    connections: server.connections.length,
    answers,
    endings: Object.fromEntries(Object.entries(endings).filter(([, count]) => count > 0)),
  };
}

function sum(endings: Readonly<Record<string, number>>): number {
  return Object.values(endings).reduce((total, count) => total + count, 0);
}

describe('a connection is lent again', () => {
  it.each<[string, Script]>([
    ['after a body of known length', () => ok('first')],
    ['after a chunked body', () => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n'],
    [
      'after trailers',
      () => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n5\r\nfirst\r\n0\r\nx: y\r\n\r\n',
    ],
    ['after early hints', () => `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${ok('first')}`],
    ['when HTTP/1.0 says keep-alive', () => 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nfirst'],
    ['when Connection says something else', () => ok('first', 'Connection: x-close, Keep-Alive')],
    ['when the hint leaves time', () => ok('first', 'Keep-Alive: timeout=5, max=2')],
  ])('%s', async (_, script) => {
    const { answers, connections, endings } = await firstAndSecond(script);
    expect(answers).toEqual(['first', 'second']);
    expect(connections).toBe(1);
    expect(endings).toEqual({ reuse: 2 });
  });

  it('after HEAD, whatever length the headers announce', async () => {
    const server = await rawServer(({ method }) =>
      method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n' : ok('ok'),
    );
    const pool = openPool();
    const response = await pool.request(server.url, { method: 'HEAD' });
    expect(response.headers.get('content-length')).toBe('9');
    expect(await response.text()).toBe('');
    expect(await (await pool.request(server.url)).text()).toBe('ok');
    expect(server.connections).toHaveLength(1);
  });

  it.each([204, 304])('after %i, which has no body', async (status) => {
    const server = await rawServer(({ number }) => (number === 1 ? `HTTP/1.1 ${status} X\r\n\r\n` : ok('ok')));
    const pool = openPool();
    expect(await (await pool.request(server.url)).text()).toBe('');
    expect(await (await pool.request(server.url)).text()).toBe('ok');
    expect(server.connections).toHaveLength(1);
  });
});

describe('a connection is done, because the server closes', () => {
  const closing = ({ socket }: RawConnection): undefined => void socket.end();
  it.each<[string, Script]>([
    ['Connection: close', () => ok('first', 'Connection: close')],
    ['Connection: CLOSE in a list', () => ok('first', 'Connection: x, CLOSE')],
    ['two Connection lines', () => ok('first', 'Connection: keep-alive', 'Connection: close')],
    ['HTTP/1.0', () => 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst'],
    [
      'a body that ends with the connection',
      (_, connection) => {
        connection.socket.write('HTTP/1.1 200 OK\r\n\r\nfirst');
        return closing(connection);
      },
    ],
    ['Keep-Alive: max=0', () => ok('first', 'Keep-Alive: timeout=5, max=0')],
    ['Keep-Alive: timeout=1, which the margin eats', () => ok('first', 'Keep-Alive: timeout=1')],
    ['Keep-Alive: timeout=0', () => ok('first', 'keep-alive: Timeout=0')],
  ])('%s', async (_, script) => {
    const { answers, connections, endings } = await firstAndSecond(script);
    expect(answers).toEqual(['first', 'second']);
    expect(connections).toBe(2);
    expect(endings).toEqual({ 'peer-close': 1, reuse: 1 });
  });

  it('and a server that never says so is not believed to stay', async () => {
    const server = await rawServer(() => 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const pool = openPool({ maxPerKey: 2 });
    for (let count = 0; count < 4; count++) expect(await (await pool.request(server.url)).text()).toBe('ok');
    await eventually(() => onlyOrigin(pool).endings['peer-close'] === 4);
    // Every one after the first was seen to be closed before it could be lent.
    expect(onlyOrigin(pool).pool?.totals.requeued).toBe(0);
    expect(onlyOrigin(pool).pool?.totals.closed['peer-close']).toBe(3);
  });
});

describe('a connection that is lost in a response', () => {
  const halves: readonly (readonly [string, string])[] = [
    ['of known length', 'Content-Length: 9\r\n\r\nhalf'],
    ['of known length, after which the server closes', 'Content-Length: 9\r\nConnection: close\r\n\r\nhalf'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    ['in chunks, after which the server closes', 'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    // RFC 9112 §8: complete when the connection is closed, not when it fails.
    ['that the end of the connection ends', '\r\nhalf'],
  ];
  it.each(halves)('by a reset, %s: the caller is told, and of no fault of the server', async (_, half) => {
    const server = await rawServer(() => `HTTP/1.1 200 OK\r\n${half}`);
    const pool = openPool();
    const response = await pool.request(server.url);
    const text = response.text();
    server.connections[0]?.socket.resetAndDestroy();
    await expect(text).rejects.toMatchObject({ code: 'HTTP_CONNECTION_LOST', cause: { code: 'ECONNRESET' } });
    expect(onlyOrigin(pool).endings).toMatchObject({ broken: 1 });
  });
  it.each(halves)(
    'because the pool is closed by force, %s: the caller is told, and of no fault of the server',
    async (_, half) => {
      const server = await rawServer(() => `HTTP/1.1 200 OK\r\n${half}`);
      const pool = openPool();
      const response = await pool.request(server.url);
      const text = response.text();
      const closing = pool.close({ drainTimeoutMs: 0 });
      await expect(text).rejects.toMatchObject({
        code: 'HTTP_CONNECTION_LOST',
        cause: { message: 'this side closed the connection' },
      });
      await closing;
    },
  );
});

describe('a connection is done, because this side is', () => {
  it('says close', async () => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool();
    for (let count = 0; count < 2; count++) {
      await (await pool.request(server.url, { headers: { connection: 'close' } })).text();
    }
    await eventually(() => onlyOrigin(pool).endings.retired === 2);
    expect(server.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close']);
    expect(server.connections).toHaveLength(2);
  });

  it('has used it often enough', async () => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool({ maxUses: 2 });
    for (let count = 0; count < 4; count++) await (await pool.request(server.url)).text();
    expect(server.connections.map(({ requests }) => requests.length)).toEqual([2, 2]);
  });

  it('does not want the rest of the body', async () => {
    const server = await rawServer(({ path }) =>
      path === '/first' ? `HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegin` : ok('ok'),
    );
    const pool = openPool();
    const response = await pool.request(`${server.url}/first`);
    await response[Symbol.asyncDispose]();
    await expect(response.text()).rejects.toMatchObject({ code: 'HTTP_RESPONSE_USED' });
    await (await pool.request(server.url)).text();
    expect(server.connections).toHaveLength(2);
    expect(onlyOrigin(pool).endings).toMatchObject({ abort: 1 });
    expect(onlyOrigin(pool).pool?.totals.closed.abort).toBe(1);
  });

  it('has got the answer before the request was sent', async () => {
    const server = await rawServer(
      () => undefined,
      ({ socket }) => void socket.once('data', () => socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig')),
    );
    const pool = openPool();
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from('begin');
      await new Promise(() => {});
    }
    const response = await pool.request(server.url, { method: 'POST', body: endless() });
    expect(response.status).toBe(413);
    expect(await response.text()).toBe('big');
    await eventually(() => onlyOrigin(pool).endings['early-response'] === 1);
    await eventually(() => onlyOrigin(pool).pool?.idle === 0 && onlyOrigin(pool).pool?.leased === 0);
  });
});

describe('a connection is done while nobody uses it', () => {
  const ends: readonly [string, (connection: RawConnection) => void][] = [
    ['FIN', ({ socket }) => void socket.end()],
    ['RST', ({ socket }) => void socket.resetAndDestroy()],
    ['a 408', ({ socket }) => void socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')],
    ['a byte', ({ socket }) => void socket.write('x')],
  ];
  it.each(ends)('%s, after it was used', async (_, end) => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool();
    await (await pool.request(server.url)).text();
    end(server.connections[0] as RawConnection);
    await eventually(() => onlyOrigin(pool).endings['idle-gone'] === 1);
    expect(await (await pool.request(server.url)).text()).toBe('ok');
    expect(server.connections.map(({ requests }) => requests.length)).toEqual([1, 1]);
  });
  it.each(ends)('%s, before it was ever used', async (_, end) => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool();
    const discards: unknown[] = [];
    pool.origins.at({ url: server.url }).on('discard', (event) => discards.push(event));
    await pool.warm(server.url, 1);
    end(server.connections[0] as RawConnection);
    await eventually(() => onlyOrigin(pool).endings['idle-gone'] === 1);
    expect(discards).toMatchObject([{ reason: 'broken', error: { code: 'HTTP_CONNECTION_ENDED', outcome: 'idle-gone' } }]);
    expect(await (await pool.request(server.url)).text()).toBe('ok');
    expect(server.connections[0]?.requests).toHaveLength(0);
  });
});
