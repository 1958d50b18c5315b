import { dispatcher, fetch, type HttpPool } from '@pool/http';
import { eventually } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { type RawServer, rawServer } from './raw-server.ts';

// The engine holds a body back while its caller reads slowly. What the server does meanwhile must cost nobody a response.

const body = 'x'.repeat(70_000);
const chunked = `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

const responses: readonly (readonly [string, string])[] = [
  ['of known length, of which the server says that it closes', `Content-Length: 70000\r\nConnection: close\r\n\r\n${body}`],
  ['of known length', `Content-Length: 70000\r\n\r\n${body}`],
  ['in chunks, of which the server says that it closes', `Connection: close\r\n${chunked}`],
  ['in chunks', chunked],
  ['that the end of the connection ends', `\r\n${body}`],
];

/** Gives the body piece by piece; nothing is read before the first is asked for. */
type Ask = (pool: HttpPool, server: RawServer) => Promise<AsyncIterable<Uint8Array>>;

const ways: readonly (readonly [string, Ask])[] = [
  ['request()', (pool, { url }) => pool.request(url)],
  ['fetch()', async (pool, { url }) => (await fetch(pool)(url)).body as unknown as AsyncIterable<Uint8Array>],
  [
    'a dispatcher',
    async (pool, { url }) =>
      (await dispatcher(pool).request({ origin: url, path: '/', method: 'GET' })).body as AsyncIterable<Uint8Array>,
  ],
  ['a handler that takes one piece at a time', (pool, { url }) => pieceByPiece(pool, url)],
];

function pieceByPiece(pool: HttpPool, origin: string): Promise<AsyncIterable<Uint8Array>> {
  const pieces: Uint8Array[] = [];
  let isOver = false;
  let failure: unknown;
  let goOn = (): void => {};
  async function* read(): AsyncGenerator<Uint8Array> {
    while (!isOver || pieces.length > 0) {
      if (failure !== undefined) throw failure;
      const piece = pieces.shift();
      if (piece !== undefined) yield piece;
      else await turns(1).then(() => goOn());
    }
    if (failure !== undefined) throw failure;
  }
  return new Promise((resolve) => {
    dispatcher(pool).dispatch(
      { origin, path: '/', method: 'GET' },
      {
        onConnect() {},
        onHeaders(_status, _headers, resume) {
          goOn = resume;
          resolve(read());
          return false;
        },
        onData(piece) {
          pieces.push(piece);
          return false;
        },
        onComplete() {
          isOver = true;
        },
        onError(error) {
          failure = error;
          isOver = true;
        },
      },
    );
  });
}

/** So often the event loop looks at its sockets: what has reached this machine is known then. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

async function lengthOf(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const piece of pieces) length += piece.length;
  return length;
}

describe.each(ways)('a caller of %s who reads late', (_, ask) => {
  it.each(responses)('gets all of a body %s, although the connection has ended', async (_, response) => {
    const server = await rawServer((_request, { socket }) => void socket.end(`HTTP/1.1 200 OK\r\n${response}`));
    const pool = openPool();
    const pieces = await ask(pool, server);
    await eventually(() => server.connections[0]?.socket.writableFinished);
    await turns(20);
    expect(await lengthOf(pieces)).toBe(70_000);
    await eventually(() => onlyOrigin(pool).pool?.leased === 0);
  });

  it('is told when the connection was reset meanwhile', async () => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n`;
    const server = await rawServer(() => head + 'x'.repeat(1_000_000));
    const pool = openPool();
    const pieces = await ask(pool, server);
    server.connections[0]?.socket.resetAndDestroy();
    await turns(20);
    await expect(lengthOf(pieces)).rejects.toThrow();
    await eventually(() => onlyOrigin(pool).pool?.leased === 0);
  });

  it.each(responses)('is told when the pool is closed by force in a body %s', async (_, response) => {
    const server = await rawServer(() => `HTTP/1.1 200 OK\r\n${response.slice(0, -10)}`);
    const pool = openPool();
    const pieces = await ask(pool, server);
    await turns(20);
    await pool.close({ drainTimeoutMs: 0 });
    await expect(lengthOf(pieces)).rejects.toThrow();
  });
});

describe('a handler that wants no more, where nothing is held back', () => {
  const wanting = (over: () => void) => ({
    onConnect() {},
    onHeaders: () => false,
    onData: () => false,
    onComplete: over,
    onError: over,
  });

  it('after HEAD: the end of the idle connection is seen', async () => {
    const server = await rawServer(() => 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n');
    const pool = openPool();
    await new Promise<void>((resolve) => {
      dispatcher(pool).dispatch({ origin: server.url, path: '/', method: 'HEAD' }, wanting(resolve));
    });
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    server.connections[0]?.socket.end();
    await eventually(() => onlyOrigin(pool).endings['idle-gone'] === 1);
  });

  it('after early hints: the end of the connection is the end of the request', async () => {
    const server = await rawServer((_, { socket }) => void socket.end('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'));
    const pool = openPool();
    await new Promise<void>((resolve) => {
      dispatcher(pool).dispatch({ origin: server.url, path: '/', method: 'GET' }, wanting(resolve));
    });
    expect(onlyOrigin(pool).endings).toMatchObject({ broken: 1 });
  });
});
