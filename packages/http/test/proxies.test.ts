import { once } from 'node:events';
import http, { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import https, { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { agent, dispatcher, fetch as fetchThrough, type HttpPool, secureAgent } from '@pool/http';
import { eventually, testCertificates } from '@pool/testkit';
import axios from 'axios';
import { request as undiciRequest } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { httpProxy, scriptedProxy, socks4aProxy, socks5Proxy, type TestProxy } from './proxy-servers.ts';

const login = { username: 'alice', password: 'sekret:@/%' };

async function trust(): Promise<{ readonly ca: string }> {
  return { ca: (await testCertificates()).ca.cert };
}

const answer: RequestListener = (request, response) => void response.end(`${request.method} ${request.url}`);

async function serve(protocol: 'http' | 'https'): Promise<string> {
  const server = protocol === 'http' ? createServer(answer) : createSecureServer((await testCertificates()).server, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${protocol}://localhost:${(server.address() as AddressInfo).port}`;
}

async function text(response: IncomingMessage): Promise<string> {
  let heard = '';
  for await (const chunk of response.setEncoding('utf8')) heard += chunk;
  return heard;
}

/** Every way to send a request, but an agent's. */
const ways: Readonly<Record<string, (pool: HttpPool, url: string, proxy: string) => Promise<string>>> = {
  'request()': async (pool, url, proxy) => (await pool.request(url, { via: { proxy } })).text(),
  fetch: async (pool, url, proxy) => (await fetchThrough(pool, { proxy })(url)).text(),
  'the dispatcher': async (pool, url, proxy) =>
    (await undiciRequest(url, { dispatcher: dispatcher(pool, { proxy }) })).body.text(),
};

const proxies = { 'an HTTP proxy': httpProxy, 'a SOCKS 5 proxy': socks5Proxy, 'a SOCKS 4a proxy': socks4aProxy };

describe.each(Object.entries(proxies))('through %s', (_, start) => {
  describe.each(['http', 'https'] as const)('to an %s: origin', (protocol) => {
    it.each(Object.entries(ways))('%s goes over one tunnel, again and again', async (_way, send) => {
      const [proxy, url] = [await start(), await serve(protocol)];
      const pool = openPool({ tls: await trust() });
      for (const path of ['/one', '/two']) expect(await send(pool, url + path, proxy.url)).toBe(`GET ${path}`);
      // The name was left to the proxy.
      expect(proxy.tunnels).toEqual([new URL(url).host]);
      await eventually(() => onlyOrigin(pool).endings.reuse === 2);
    });

    it('an agent goes over one tunnel, again and again', async () => {
      const [proxy, url] = [await start(), await serve(protocol)];
      const pool = openPool();
      const via = { proxy: proxy.url };
      const own = { ...(await trust()), agent: protocol === 'http' ? agent(pool, via) : secureAgent(pool, via) };
      const get = async (path: string): Promise<[string, boolean]> => {
        const request = protocol === 'http' ? http.get(url + path, own) : https.get(url + path, own);
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        return [await text(response), request.reusedSocket];
      };
      expect(await get('/one')).toEqual(['GET /one', false]);
      await eventually(() => Object.keys(own.agent.freeSockets).length === 1);
      expect(await get('/two')).toEqual(['GET /two', true]);
      expect(proxy.tunnels).toEqual([new URL(url).host]);
    });

    it('a warm pool has its tunnels before anybody asks', async () => {
      const [proxy, url] = [await start(), await serve(protocol)];
      const pool = openPool({ tls: await trust() });
      await pool.warm(url, 2, { proxy: proxy.url });
      expect(proxy.tunnels).toHaveLength(2);
      expect(onlyOrigin(pool).pool?.idle).toBe(2);
      expect(await (await pool.request(url, { via: { proxy: proxy.url } })).text()).toBe('GET /');
      expect(proxy.tunnels).toHaveLength(2);
    });
  });

  it('a tunnel that ends while it is idle is replaced without an error', async () => {
    const [proxy, url] = [await start(), await serve('http')];
    const pool = openPool();
    const via = { proxy: proxy.url };
    await pool.warm(url, 1, via);
    for (const socket of proxy.sockets) socket.destroy();
    await eventually(() => onlyOrigin(pool).endings['idle-gone'] === 1);
    expect(await (await pool.request(url, { via })).text()).toBe('GET /');
  });

  it('axios goes with an agent', async () => {
    const [proxy, url] = [await start(), await serve('http')];
    const { data } = await axios.get(url, { httpAgent: agent(openPool(), { proxy: proxy.url }), proxy: false });
    expect(data).toBe('GET /');
    expect(proxy.tunnels).toHaveLength(1);
  });

  it('an origin whose certificate is not trusted is refused', async () => {
    const [proxy, url] = [await start(), await serve('https')];
    const pool = openPool({ whenDown: 'refuse' });
    await expect(pool.request(url, { via: { proxy: proxy.url } })).rejects.toMatchObject({
      cause: { code: 'TLS_CERTIFICATE' },
    });
  });
});

describe('requests share a tunnel only when the proxy and its credentials are the same', () => {
  it.each([
    ['http', httpProxy],
    ['socks5', socks5Proxy],
  ] as const)('%s', async (_, start) => {
    const [open, closed, url] = [await start(), await start(login), await serve('http')];
    const pool = openPool();
    for (let round = 0; round < 2; round++) {
      for (const via of [undefined, { proxy: open.url }, { proxy: closed.url }]) {
        expect(await (await pool.request(url, { via: via ?? {} })).text()).toBe('GET /');
      }
    }
    await expect(pool.request(url, { via: { proxy: closed.url.replace('alice', 'bob') } })).rejects.toMatchObject({
      cause: { code: 'HTTP_PROXY_AUTH' },
    });
    expect(open.tunnels).toHaveLength(1);
    expect(closed.tunnels).toHaveLength(1);
    expect(pool.stats).toHaveLength(4);
  });
});

describe('a proxy that does not connect is an error that says so', () => {
  const refused = async (proxy: TestProxy | string, url = 'http://127.0.0.1:9/'): Promise<unknown> => {
    const via = { proxy: typeof proxy === 'string' ? proxy : proxy.url };
    const pool = openPool({ whenDown: 'refuse', openTimeoutMs: 300 });
    const told = await pool.request(url, { via }).catch((error: unknown) => error);
    // An agent's request is told the same.
    const [ofAgent] = await once(http.get(url, { agent: agent(pool, via) }), 'error');
    const codes = [told, ofAgent].map((error) => error.cause?.code ?? error.code);
    expect(codes[1]).toBe(codes[0]);
    expect(inspect([told, ofAgent, pool.stats, [...pool.origins]], { depth: 9 })).not.toContain(login.password);
    return told;
  };

  it.each([
    ['wants credentials', () => httpProxy(login), { code: 'HTTP_PROXY_AUTH', status: 407 }, true],
    ['wants credentials, over SOCKS', () => socks5Proxy(login), { code: 'HTTP_PROXY_AUTH' }, true],
    [
      'refuses',
      () => saying('HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!'),
      { code: 'HTTP_PROXY_REFUSED', status: 403 },
    ],
    ['cannot', () => saying('HTTP/1.1 502 Bad Gateway\r\n\r\n'), { code: 'HTTP_PROXY_REFUSED', status: 502 }],
    ['sends bytes behind its 200', () => saying('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n'), { code: 'HTTP_PROXY_PROTOCOL' }],
    ['is no HTTP server', () => saying('220 hello\r\n'), { code: 'HTTP_PROXY_PROTOCOL' }],
    ['sends headers without end', () => saying(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`), { code: 'HTTP_PROXY_PROTOCOL' }],
    ['closes', () => scriptedProxy('http', (socket) => socket.end()), { code: 'HTTP_PROXY_LOST' }],
    ['resets', () => scriptedProxy('http', (socket) => socket.resetAndDestroy()), { code: 'HTTP_PROXY_LOST' }],
    ['closes in the middle', () => scriptedProxy('http', (socket) => socket.end('HTTP/1.1 200 O')), { code: 'HTTP_PROXY_LOST' }],
    ['refuses, over SOCKS', () => socksSaying([5, 0], [5, 2, 0, 1, 0, 0, 0, 0, 0, 0]), { code: 'HTTP_PROXY_REFUSED' }],
    ['refuses, over SOCKS 4a', () => socksSaying([0, 91, 0, 0, 0, 0, 0, 0]), { code: 'HTTP_PROXY_REFUSED' }, false, 'socks4a'],
    ['is no SOCKS server', () => socksSaying([72, 84, 84, 80]), { code: 'HTTP_PROXY_PROTOCOL' }],
    [
      'sends bytes behind its yes',
      () => socksSaying([5, 0], [5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 72]),
      { code: 'HTTP_PROXY_PROTOCOL' },
    ],
    ['says yes in no way there is', () => socksSaying([5, 0], [5, 0, 0, 9, 0, 0, 0, 0, 0, 0]), { code: 'HTTP_PROXY_PROTOCOL' }],
    ['closes, over SOCKS', () => scriptedProxy('socks5', (socket) => socket.end()), { code: 'HTTP_PROXY_LOST' }],
    ['hangs', () => scriptedProxy('http', () => {}), { code: 'POOL_OPEN_TIMEOUT' }],
    ['hangs, over SOCKS', () => scriptedProxy('socks5', () => {}), { code: 'POOL_OPEN_TIMEOUT' }],
    ['drips', dripping, { code: 'POOL_OPEN_TIMEOUT' }],
  ] as const)('one that %s', async (_, start, expected, isFatal: boolean = false, protocol: string = 'same') => {
    const proxy = await start();
    const url = protocol === 'same' ? proxy.url : proxy.url.replace(/^\w+/, protocol);
    const error = await refused(isFatal ? url.replace(encodeURIComponent(login.password), 'wrong') : url);
    if (expected.code === 'POOL_OPEN_TIMEOUT') expect(error).toMatchObject(expected);
    else expect(error).toMatchObject({ code: 'POOL_OPEN_FAILED', cause: { ...expected, name: 'ProxyError' } });
    // Nothing is left of it.
    await eventually(() => proxy.sockets.size === 0);
  });

  it('one that nobody is', async () => {
    expect(await refused('http://127.0.0.1:1')).toMatchObject({
      cause: { code: 'HTTP_PROXY_LOST', message: expect.stringContaining('http://127.0.0.1:1'), cause: { code: 'ECONNREFUSED' } },
    });
  });

  it('bytes that come a moment after the 200 are no handshake of the origin', async () => {
    const proxy = await scriptedProxy('http', (socket, heard) => {
      if (heard.toString('latin1').startsWith('CONNECT')) socket.write('HTTP/1.1 200 OK\r\n\r\n');
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    const pool = openPool({ tls: await trust(), whenDown: 'refuse' });
    await expect(pool.request('https://localhost:9/', { via: { proxy: proxy.url } })).rejects.toMatchObject({
      cause: { code: 'TLS_HANDSHAKE' },
    });
  });

  it('refused credentials are not sent again until somebody says so', async () => {
    let asked = 0;
    const proxy = await scriptedProxy('http', (socket) => {
      asked++;
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    const pool = openPool();
    const origin = { url: 'http://127.0.0.1:9/', proxy: proxy.url };
    const code = { cause: { code: 'HTTP_PROXY_AUTH' } };
    for (let round = 0; round < 3; round++) await expect(pool.request(origin.url, { via: origin })).rejects.toMatchObject(code);
    expect(asked).toBe(1);
    pool.origins.at(origin).resume();
    await expect(pool.request(origin.url, { via: origin })).rejects.toMatchObject(code);
    expect(asked).toBe(2);
  });
});

describe('the credentials for a proxy', () => {
  it('show nowhere', async () => {
    const [proxy, url] = [await httpProxy(login), await serve('http')];
    const pool = openPool();
    const via = { proxy: proxy.url };
    const heard: unknown[] = [];
    const through = { dispatcher: dispatcher(pool, via), agent: agent(pool, via), secureAgent: secureAgent(pool, via) };
    const response = await pool.request(url, { via });
    for (const [origin, one] of pool.origins) {
      for (const event of ['open', 'discard', 'close', 'lend', 'release'] as const) {
        one.on(event as 'close', (...told: unknown[]) => heard.push(told));
      }
      heard.push(origin, one, one.stats, String(one.name));
    }
    const [answered] = (await once(http.get(url, { agent: through.agent }), 'response')) as [IncomingMessage];
    await text(answered);
    heard.push(response, await response.text(), pool.stats, pool, through, through.agent.sockets, through.agent.freeSockets);
    await pool.close();
    heard.push(await pool.request(url, { via }).catch((error: unknown) => error));
    const shown = inspect(heard, { depth: 12, maxArrayLength: null });
    const secrets = [
      login.password,
      encodeURIComponent(login.password),
      Buffer.from(`alice:${login.password}`).toString('base64'),
    ];
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(JSON.stringify(pool.stats)).not.toContain('alice');
    expect(pool.stats.map(({ origin }) => origin.proxy)).toEqual([`http://127.0.0.1:${proxy.port}`]);
  });

  it('are sent to the proxy alone', async () => {
    const headers: http.IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      headers.push(request.headers);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const proxy = await httpProxy(login);
    const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
    await (await openPool().request(url, { via: { proxy: proxy.url } })).text();
    expect(Object.keys(headers[0] ?? {}).filter((name) => name.includes('proxy'))).toEqual([]);
  });
});

describe('a proxy that is none is refused, and never shown', () => {
  it.each([
    ['no URL', '127.0.0.1:3128', /must be a URL/],
    ['a port that is none', 'http://a:pass@host:0', /must be a URL/],
    ['another protocol', 'https://a:pass@host', /not https:/],
    ['SOCKS 4 without names', 'socks4://a@host', /not socks4:/],
    ['a password for SOCKS 4a', 'socks4a://a:pass@host', /knows a user name/],
    ['a user name with a colon', 'http://a%3Ab:pass@host', /no colon/],
    ['a password too long for SOCKS', `socks5://a:pass${'x'.repeat(255)}@host`, /255 bytes/],
    ['bad escapes', 'http://a:pass%@host', /well escaped/],
  ])('%s', async (_, proxy, message) => {
    const pool = openPool();
    const error = await pool.request('http://host/', { via: { proxy } }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'POOL_BAD_OPTION', option: 'proxy', message: expect.stringMatching(message) });
    expect(inspect(error)).not.toContain('pass%');
    expect(inspect(error)).not.toContain(':pass');
    expect(() => agent(pool, { proxy })).toThrow(message);
  });

  it('as is one that goes together with a Unix socket', async () => {
    await expect(
      openPool().request('http://host/', { via: { proxy: 'http://proxy', socketPath: '/run/x' } }),
    ).rejects.toMatchObject({ option: 'proxy' });
  });

  it.each([
    ['http://Proxy', 'http://proxy:80'],
    ['http://[::1]:3128/', 'http://[::1]:3128'],
    ['socks5h://host', 'socks5://host:1080'],
  ])('%s is as good as %s', async (proxy, plain) => {
    const pool = openPool({ openTimeoutMs: 1, whenDown: 'refuse' });
    await pool.request('http://127.0.0.1:9/', { via: { proxy } }).catch(() => {});
    expect(onlyOrigin(pool).origin.proxy).toBe(plain);
  });
});

function saying(what: string): Promise<TestProxy> {
  return scriptedProxy('http', (socket) => void socket.write(what));
}

/** One answer for each thing it hears. */
function socksSaying(...answers: readonly (readonly number[])[]): Promise<TestProxy> {
  let said = 0;
  return scriptedProxy('socks5', (socket) => void socket.write(Buffer.from(answers[said++ % answers.length] ?? [])));
}

/** A header line, byte by byte, as long as somebody listens. */
function dripping(): Promise<TestProxy> {
  return scriptedProxy('http', (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx: ');
    const drip = (): void => {
      if (!socket.destroyed) socket.write('y', () => setImmediate(drip));
    };
    socket.setNoDelay(true);
    drip();
  });
}
