import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import http, {
  type Agent,
  type ClientRequest,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { agent as agentOf, type HttpPool } from '@pool/http';
import { eventually, freePort } from '@pool/testkit';
import axios from 'axios';
import got from 'got';
import nodeFetch from 'node-fetch';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPool } from './open-pool.ts';
import { ok, rawServer } from './raw-server.ts';

interface Site {
  readonly url: string;
  readonly server: Server;
  readonly sockets: Socket[];
}

async function serve(listener: RequestListener): Promise<Site> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener).listen(0, '127.0.0.1');
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, sockets };
}

const echo: RequestListener = (request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => {
    body += text;
  });
  request.on('end', () =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ url: request.url, method: request.method, body })),
  );
};

function agentFor(pool: HttpPool = openPool()): Agent {
  return agentOf(pool);
}

interface Got {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  readonly text: string;
}

async function get(url: string, agent: Agent, options: http.RequestOptions = {}): Promise<Got> {
  const request = http.get(url, { agent, ...options });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { request, response, text };
}

const count = (lists: NodeJS.ReadOnlyDict<readonly unknown[]>): number =>
  Object.values(lists).reduce((sum, list) => sum + (list?.length ?? 0), 0);

describe('an agent for node:http', () => {
  it('lends a socket again, and says so', async () => {
    const { url, sockets } = await serve(echo);
    const agent = agentFor();
    const first = await get(url, agent);
    expect(first.request.reusedSocket).toBe(false);
    await eventually(() => count(agent.freeSockets) === 1);
    const second = await get(url, agent);
    expect(second.request.reusedSocket).toBe(true);
    expect(second.request.socket).toBe(first.request.socket);
    expect(sockets).toHaveLength(1);
  });

  it('opens no more than maxPerKey, and serves those who wait in order', async () => {
    const { url, sockets } = await serve(echo);
    const agent = agentFor(openPool({ maxPerKey: 3 }));
    const order: string[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await get(`${url}/${index}`, agent);
        order.push(String(index));
      }),
    );
    expect(sockets).toHaveLength(3);
    expect([...order].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    expect(agent.maxSockets).toBe(3);
  });

  it('shares the limit of an origin, and the one over all, with the requests of its pool', async () => {
    const held: http.ServerResponse[] = [];
    const { url, sockets } = await serve((_, response) => held.push(response));
    const other = await serve(echo);
    const pool = openPool({ maxPerKey: 2, maxTotal: 3 });
    const agent = agentFor(pool);
    const requests = [
      ...[1, 2].map(() => get(url, agent)),
      ...[1, 2].map(async () => ({ text: await (await pool.request(url)).text() })),
    ];
    await eventually(() => held.length === 2);
    await get(other.url, agent);
    expect(sockets).toHaveLength(2);
    expect(pool.total).toBeLessThanOrEqual(3);
    // Whoever has the connections, all four are served in the end.
    for (let served = 0; served < 4; served++) {
      const response = await eventually(() => held.shift());
      response.end(String(served));
    }
    expect((await Promise.all(requests)).map(({ text }) => text).sort()).toEqual(['0', '1', '2', '3']);
  });

  it('shows its sockets and requests to whoever looks', async () => {
    const held: http.ServerResponse[] = [];
    const { url } = await serve((_, response) => held.push(response));
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    const [first, second] = [get(url, agent), get(url, agent)];
    await eventually(() => held.length === 1);
    const { host } = new URL(url);
    const name = `${host}:`;
    expect([count(agent.sockets), count(agent.requests), count(agent.freeSockets)]).toEqual([1, 1, 0]);
    expect(Object.keys(agent.sockets)).toEqual([name]);
    expect(agent).toMatchObject({ totalSocketCount: 1 });
    held.shift()?.end();
    await first;
    (await eventually(() => held.shift())).end();
    await second;
    await eventually(() => count(agent.freeSockets) === 1);
    expect([count(agent.sockets), count(agent.requests)]).toEqual([0, 0]);
  });

  it('lends no socket that the server has closed, or that bytes came on', async () => {
    const { url, sockets } = await serve(echo);
    const agent = agentFor();
    for (const end of [
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.resetAndDestroy(),
      (socket: Socket) => socket.write('x'),
    ]) {
      await get(url, agent);
      await eventually(() => count(agent.freeSockets) === 1);
      end(sockets.at(-1) as Socket);
      await eventually(() => count(agent.freeSockets) === 0);
    }
    expect((await get(url, agent)).request.reusedSocket).toBe(false);
  });

  it('loses no request to a server that closes after each response without a word', async () => {
    const server = await rawServer(({ path }, { socket }) => {
      socket.end(ok(path));
      return undefined;
    });
    const agent = agentFor(openPool({ maxPerKey: 2 }));
    const paths = Array.from({ length: 60 }, (_, index) => `/${index}`);
    expect(await Promise.all(paths.map(async (path) => (await get(server.url + path, agent)).text))).toEqual(paths);
  });

  it('takes bytes that come between two requests for no answer', async () => {
    const server = await rawServer(({ path }) => ok(path));
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    const first = http.get(`${server.url}/first`, { agent });
    const next = get(`${server.url}/next`, agent);
    const [response] = (await once(first, 'response')) as [IncomingMessage];
    response.resume().on('end', () => server.connections[0]?.socket.write(ok('evil')));
    expect((await next).text).toBe('/next');
    expect(server.connections.map(({ requests }) => requests.map(({ path }) => path))).toEqual([['/first'], ['/next']]);
  });

  it.each([
    ['Connection: close', 'Connection: close'],
    ['Keep-Alive: timeout=1, which the margin eats', 'Keep-Alive: timeout=1'],
    ['Keep-Alive: max=0', 'Keep-Alive: timeout=5, max=0'],
  ])('does not lend a socket after %s', async (_, header) => {
    const server = await rawServer(() => ok('ok', header));
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    await get(server.url, agent);
    await get(server.url, agent);
    expect(server.connections).toHaveLength(2);
  });

  it('lets go of a socket after an upgrade', async () => {
    const { url, server } = await serve(echo);
    server.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.pipe(socket);
    });
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    const request = http.get(url, { agent, headers: { connection: 'upgrade', upgrade: 'echo' } });
    const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket];
    expect(agent).toMatchObject({ totalSocketCount: 0 });
    socket.write('hello');
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
    expect((await get(url, agent)).response.statusCode).toBe(200);
    socket.destroy();
  });

  it('hands over a socket that still connects: its events are seen, and its error is the request’s', async () => {
    const { url } = await serve(echo);
    const agent = agentFor();
    const events: string[] = [];
    const request = http.get(url.replace('127.0.0.1', 'localhost'), { agent, family: 4 });
    request.on('socket', (socket) => {
      expect(socket.connecting).toBe(true);
      for (const event of ['lookup', 'connect']) socket.once(event, () => events.push(event));
    });
    await once(request, 'response');
    expect(events).toEqual(['lookup', 'connect']);
    const refused = http.get(`http://127.0.0.1:${await freePort()}`, { agent });
    const [error] = await once(refused, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    await eventually(() => (agent as unknown as { totalSocketCount: number }).totalSocketCount === 1);
  });

  it('keeps the timeout of one request from the next', async () => {
    const held: http.ServerResponse[] = [];
    const { url } = await serve((request, response) => (request.url === '/held' ? held.push(response) : response.end('ok')));
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    const request = http.get(`${url}/held`, { agent, timeout: 20 });
    await once(request, 'timeout');
    held[0]?.end('late');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await eventually(() => count(agent.freeSockets) === 1);
    expect(request.socket?.timeout ?? 0).toBe(0);
    expect((await get(url, agent)).request.reusedSocket).toBe(true);
  });

  it('a request given up while it connects, waits, or is under way costs nobody anything', async () => {
    const held: http.ServerResponse[] = [];
    const { url, sockets } = await serve((request, response) =>
      request.url === '/held' ? held.push(response) : response.end('ok'),
    );
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    const connecting = http.get(url, { agent });
    connecting.destroy();
    await once(connecting, 'error');
    const underWay = http.get(`${url}/held`, { agent });
    underWay.on('error', () => {});
    const waiting = http.get(url, { agent });
    const failed = once(waiting, 'error');
    const behind = get(url, agent);
    await eventually(() => held.length === 1);
    waiting.destroy();
    underWay.destroy();
    await failed;
    expect((await behind).text).toBe('ok');
    await eventually(() => count(agent.freeSockets) === 1 && count(agent.requests) === 0);
    expect(sockets.length).toBeLessThanOrEqual(3);
  });

  it('an early answer gives its place back', async () => {
    const server = await rawServer(
      () => undefined,
      ({ socket }) =>
        void socket.once('data', () =>
          socket.write('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig'),
        ),
    );
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    for (let round = 0; round < 2; round++) {
      const request = http.request(server.url, { agent, method: 'POST' });
      request.on('error', () => {});
      request.write('begin');
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(413);
      response.resume();
      await once(response, 'end');
      request.destroy();
    }
  });

  it('runs what waits in its own asynchronous context', async () => {
    const { url } = await serve(echo);
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    const storage = new AsyncLocalStorage<number>();
    const seen = await Promise.all(
      [1, 2, 3].map((number) =>
        storage.run(
          number,
          () =>
            new Promise<number | undefined>((resolve) => {
              http.get(url, { agent }, (response) => response.resume().on('end', () => resolve(storage.getStore())));
            }),
        ),
      ),
    );
    expect(seen).toEqual([1, 2, 3]);
  });

  it('destroy() ends its sockets, and it can be used again', async () => {
    const { url } = await serve(echo);
    const agent = agentFor();
    await get(url, agent);
    await eventually(() => count(agent.freeSockets) === 1);
    agent.destroy();
    await eventually(() => (agent as unknown as { totalSocketCount: number }).totalSocketCount === 0);
    expect((await get(url, agent)).response.statusCode).toBe(200);
  });

  it('closes with its pool, and then refuses', async () => {
    const { url, sockets } = await serve(echo);
    const pool = openPool();
    const agent = agentFor(pool);
    await get(url, agent);
    await pool.close();
    await eventually(() => sockets.every((socket) => socket.destroyed));
    const [error] = await once(http.get(url, { agent }), 'error');
    expect(error).toMatchObject({ code: 'POOL_CLOSED' });
  });

  it('a request that waits for too long is told how full the pool was', async () => {
    const { url } = await serve(() => {});
    const agent = agentFor(openPool({ maxPerKey: 1, acquireTimeoutMs: 20 }));
    const first = http.get(url, { agent });
    first.on('error', () => {});
    const [error] = await once(http.get(url, { agent }), 'error');
    expect(error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', stats: { leased: 1 } });
    first.destroy();
  });

  it('a socket that does not connect in time ends', async () => {
    // An address of documentation (RFC 5737): nobody answers, or the network says at once that it cannot be reached.
    const agent = agentFor(openPool({ openTimeoutMs: 20 }));
    const request = http.get('http://192.0.2.1/', { agent });
    const [error] = await once(request, 'error');
    expect(['HTTP_CONNECT_TIMEOUT', 'ENETUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED', 'EACCES']).toContain(error.code);
  });

  it('can be the globalAgent', async () => {
    const { url, sockets } = await serve(echo);
    const before = http.globalAgent;
    onTestFinished(() => {
      http.globalAgent = before;
    });
    http.globalAgent = agentFor();
    for (let round = 0; round < 3; round++) {
      const [response] = (await once(http.get(url), 'response')) as [IncomingMessage];
      await once(response.resume(), 'end');
      await eventually(() => count(http.globalAgent.freeSockets) === 1);
    }
    expect(sockets).toHaveLength(1);
  });
});

describe('a library that takes an agent', () => {
  const clients: readonly (readonly [string, (url: string, agent: Agent, body: string) => Promise<unknown>])[] = [
    ['axios', async (url, httpAgent, body) => (await axios.post(url, body, { httpAgent })).data],
    ['got', (url, http, body) => got.post(url, { agent: { http }, body }).json()],
    ['node-fetch', async (url, agent, body) => (await nodeFetch(url, { agent, method: 'POST', body })).json()],
  ];
  it.each(clients)('%s: sends and receives over one connection, and over many', async (_, send) => {
    const { url, sockets } = await serve(echo);
    const agent = agentFor(openPool({ maxPerKey: 4 }));
    for (let round = 0; round < 3; round++) {
      expect(await send(`${url}/path`, agent, 'body')).toEqual({ url: '/path', method: 'POST', body: 'body' });
      await eventually(() => count(agent.freeSockets) === 1);
    }
    expect(sockets).toHaveLength(1);
    const answers = await Promise.all(Array.from({ length: 30 }, (__, index) => send(`${url}/${index}`, agent, String(index))));
    expect(answers).toEqual(
      Array.from({ length: 30 }, (__, index) => ({ url: `/${index}`, method: 'POST', body: String(index) })),
    );
    expect(sockets.length).toBeLessThanOrEqual(4);
  });
  it.each(clients)('%s: fails at once when nobody listens', async (_, send) => {
    const agent = agentFor();
    await expect(send(`http://127.0.0.1:${await freePort()}`, agent, 'body')).rejects.toThrow(/ECONNREFUSED/);
  });
  it('got sees its timings', async () => {
    const { url } = await serve(echo);
    const response = await got(url, { agent: { http: agentFor() } });
    const { timings } = response;
    expect(timings.phases.total).toBeGreaterThanOrEqual(0);
    expect(timings.connect).toBeGreaterThan(0);
    expect(response.retryCount).toBe(0);
  });
  it('axios gives up while it waits', async () => {
    const held: http.ServerResponse[] = [];
    const { url } = await serve((_, response) => held.push(response));
    const agent = agentFor(openPool({ maxPerKey: 1 }));
    const controller = new AbortController();
    const first = axios.get(url, { httpAgent: agent });
    await eventually(() => held.length === 1);
    const second = axios.get(url, { httpAgent: agent, signal: controller.signal });
    await eventually(() => count(agent.requests) === 1);
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    held[0]?.end('first');
    expect((await first).data).toBe('first');
    await eventually(() => count(agent.freeSockets) === 1 && count(agent.requests) === 0);
  });
});
