import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import { eventually } from '@pool/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nobody, startProxy, upstream } from './start-proxy.ts';

async function get(url: string, options: http.RequestOptions = {}): Promise<{ response: IncomingMessage; text: string }> {
  const request = http.request(url, options).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { response, text };
}

/** An upstream that says what it was sent. */
const mirror = () =>
  upstream((request, response) => {
    response.writeHead(
      200,
      [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['Connection', 'keep-alive, X-Secret-Hop'],
        ['X-Secret-Hop', 'x'],
        ['Proxy-Authenticate', 'Basic'],
        ['X-Kept', 'y'],
      ].flat(),
    );
    response.end(JSON.stringify({ url: request.url, method: request.method, raw: request.rawHeaders, headers: request.headers }));
  });

describe('headers', () => {
  it('of one connection stay on it, in both directions', async () => {
    const { url } = await startProxy([(await mirror()).url]);
    const { response, text } = await get(`${url}/a/b?c=d`, {
      method: 'DELETE',
      headers: {
        connection: 'close, X-Mine',
        'x-mine': '1',
        'keep-alive': 'timeout=9',
        te: 'trailers',
        'proxy-authorization': 'Basic c2VjcmV0',
        'proxy-connection': 'keep-alive',
        'x-passed': ['1', '2'],
      },
    });
    const sent = JSON.parse(text);
    expect(sent).toMatchObject({ url: '/a/b?c=d', method: 'DELETE' });
    const names = Object.keys(sent.headers);
    for (const gone of ['x-mine', 'keep-alive', 'te', 'proxy-authorization', 'proxy-connection'])
      expect(names).not.toContain(gone);
    expect(sent.headers.connection).toBe('keep-alive');
    expect(sent.raw.filter((_: string, at: number) => sent.raw[at - 1] === 'x-passed')).toEqual(['1', '2']);
    expect(response.headers).toMatchObject({ 'x-kept': 'y', 'set-cookie': ['a=1', 'b=2'] });
    expect(response.headers).not.toHaveProperty('x-secret-hop');
    expect(response.headers).not.toHaveProperty('proxy-authenticate');
  });

  it('say who asked, whatever the client says of itself', async () => {
    const up = await mirror();
    const { url } = await startProxy([up.url]);
    const headers = {
      host: 'shop.example',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      forwarded: 'for=6.6.6.6',
    };
    const sent = JSON.parse((await get(url, { headers })).text).headers;
    expect(sent).toMatchObject({
      host: new URL(up.url).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'shop.example',
      'x-forwarded-proto': 'http',
      via: '1.1 pool',
    });
    expect(sent).not.toHaveProperty('forwarded');
  });

  it('of a proxy that is trusted are believed, as far as the trust goes', async () => {
    const { url } = await startProxy([(await mirror()).url], { trust: '127.0.0.1,10.0.0.0/8' });
    const headers = {
      'x-forwarded-for': '6.6.6.6, 9.9.9.9, 10.1.2.3',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
      via: '1.1 edge',
    };
    expect(JSON.parse((await get(url, { headers })).text).headers).toMatchObject({
      'x-forwarded-for': '9.9.9.9, 10.1.2.3, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
      via: '1.1 edge, 1.1 pool',
    });
  });
});

describe('bodies', () => {
  it.each(['application/json', 'text/x-none', undefined])('of type %s are passed on byte by byte', async (type) => {
    const { url: up } = await upstream((request, response) => void request.pipe(response));
    const { url } = await startProxy([up]);
    const bytes = Buffer.from('{ "not": json \0\xff', 'latin1');
    const request = http.request(url, { method: 'PUT', headers: type === undefined ? {} : { 'content-type': type } });
    request.write(bytes.subarray(0, 5));
    request.end(bytes.subarray(5));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(Buffer.concat(await response.toArray())).toEqual(bytes);
  });

  it('to a client that reads slowly are not collected on the way', async () => {
    let written = 0;
    const { url: up } = await upstream((_, response) => {
      const write = (): void => {
        while (written < 100e6) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    const { url } = await startProxy([up]);
    const request = http.get(url);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    // It stands still when every buffer on the way is full.
    let before = -1;
    await eventually(async () => {
      const isStill = written === before;
      before = written;
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
      return isStill;
    });
    expect(written).toBeLessThan(50e6);
    let read = 0;
    for await (const chunk of response) read += chunk.length;
    expect(read).toBe(written);
  });

  it('to an upstream that reads slowly are not collected on the way', async () => {
    let read = 0;
    let readOn = (): void => {};
    const { url: up } = await upstream((request, response) => {
      readOn = () => {
        request.on('data', (chunk) => {
          read += chunk.length;
        });
        request.on('end', () => response.end(String(read)));
      };
    });
    const { url } = await startProxy([up]);
    const request = http.request(url, { method: 'POST' });
    let written = 0;
    const write = (): void => {
      while (written < 100e6) {
        written += 65_536;
        if (!request.write(Buffer.alloc(65_536))) return void request.once('drain', write);
      }
      request.end();
    };
    write();
    let before = -1;
    await eventually(async () => {
      const isStill = written === before && written > 0;
      before = written;
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
      return isStill;
    });
    expect(written).toBeLessThan(50e6);
    readOn();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect((await response.setEncoding('utf8').toArray()).join('')).toBe(String(written));
  });

  it('that break off upstream break off for the client', async () => {
    const { url: up } = await upstream((_, response) => {
      response.write('half of', () => response.destroy());
    });
    const { url } = await startProxy([up]);
    await expect(get(url)).rejects.toThrow('aborted');
  });

  it('that nobody wants any more end upstream, too', async () => {
    let isGone = false;
    const { url: up } = await upstream((_, response) => {
      response.write('for ever');
      response.on('close', () => {
        isGone = true;
      });
    });
    const { url } = await startProxy([up]);
    const request = http.get(url);
    await once(request, 'response');
    request.destroy();
    await eventually(() => isGone);
  });
});

describe('what goes wrong is told by its status', () => {
  it('503 when no upstream is up in time', async () => {
    const { url } = await startProxy([nobody], { waitMs: 50 });
    const { response, text } = await get(url);
    expect([response.statusCode, response.headers['retry-after'], text]).toEqual([503, '1', '503\n']);
  });

  it('503 when no connection is free in time', async () => {
    const { url: up } = await upstream(() => {});
    const { url, proxy } = await startProxy([up], { waitMs: 50, connections: 1 });
    const first = http.get(url).on('error', () => {});
    await eventually(() => proxy.upstreams.all[0]?.load === 1);
    expect((await get(url)).response.statusCode).toBe(503);
    first.destroy();
  });

  it('504 when the upstream does not answer in time', async () => {
    const { url: up } = await upstream(() => {});
    const { url } = await startProxy([up], { headersTimeoutMs: 50 });
    expect((await get(url)).response.statusCode).toBe(504);
  });

  it('502 when it speaks no HTTP', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.write('220 hello\r\n')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { url } = await startProxy([`http://127.0.0.1:${(server.address() as { port: number }).port}`]);
    expect((await get(url)).response.statusCode).toBe(502);
  });

  it('400 when the target is no path', async () => {
    const { url } = await startProxy([(await mirror()).url]);
    expect((await get(url, { path: 'http://elsewhere.example/' })).response.statusCode).toBe(400);
  });

  it('and what the upstream itself says is passed on', async () => {
    const { url: up } = await upstream((_, response) => void response.writeHead(503, 'Closed Today').end('later'));
    const { url } = await startProxy([up]);
    const { response, text } = await get(url);
    expect([response.statusCode, response.statusMessage, text]).toEqual([503, 'Closed Today', 'later']);
  });
});

describe('when it is stopped', () => {
  it('requests under way are finished, and nobody is let in', async () => {
    const answers: (() => void)[] = [];
    const { url: up } = await upstream((_, response) => {
      response.write('begun, ');
      answers.push(() => response.end('ended'));
    });
    const { url, proxy } = await startProxy([up]);
    const agent = new http.Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const request = http.get(url, { agent });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const closing = proxy.close();
    const { port } = new URL(url);
    await eventually(async () => {
      const socket = connect(Number(port), '127.0.0.1');
      const [error] = await Promise.race([once(socket, 'connect').then(() => []), once(socket, 'error')]).catch((e) => [e]);
      socket.destroy();
      return error !== undefined;
    });
    answers[0]?.();
    expect((await response.setEncoding('utf8').toArray()).join('')).toBe('begun, ended');
    await closing;
  });

  it('what outlasts the grace is ended', async () => {
    const { url: up } = await upstream((_, response) => void response.write('for ever'));
    const { url, proxy } = await startProxy([up], { graceMs: 50 });
    const [response] = (await once(http.get(url), 'response')) as [IncomingMessage];
    const broken = once(response, 'error');
    await proxy.close();
    expect((await broken)[0].message).toBe('aborted');
  });
});
