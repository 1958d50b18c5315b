import { once } from 'node:events';
import { Readable } from 'node:stream';
import { dispatcher } from '@pool/http';
import { eventually } from '@pool/testkit';
import { type Dispatcher, interceptors, request } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { ok, rawServer } from './raw-server.ts';

/** A handler in the older style that writes down what it is told. */
function recorder(): Dispatcher.DispatchHandler & { readonly log: string[]; abort: ((reason?: Error) => void) | undefined } {
  const log: string[] = [];
  return {
    log,
    abort: undefined,
    onConnect(abort) {
      log.push('connect');
      this.abort = abort;
    },
    onHeaders(status) {
      log.push(`headers ${status}`);
      return true;
    },
    onData(chunk) {
      log.push(`data ${String(chunk)}`);
      return true;
    },
    onComplete() {
      log.push('complete');
    },
    onError(error) {
      log.push(`error ${error.message}`);
    },
  };
}

const get = (origin: string, path = '/'): Dispatcher.DispatchOptions => ({ origin, path, method: 'GET' });

describe('a handler', () => {
  it('of the older style is told what it would be told by undici', async () => {
    const server = await rawServer(() => ok('body'));
    const handler = recorder();
    expect(dispatcher(openPool()).dispatch(get(server.url), handler)).toBe(true);
    await eventually(() => handler.log.includes('complete'));
    expect(handler.log).toEqual(['connect', 'headers 200', 'data body', 'complete']);
  });
  it('of the newer style, too', async () => {
    const server = await rawServer(() => ok('body', 'X: y'));
    const log: unknown[] = [];
    dispatcher(openPool()).dispatch(get(server.url), {
      onRequestStart: (controller) => log.push(['start', controller.aborted]),
      onResponseStart: (controller, status, headers) => log.push(['headers', status, headers.x, controller.rawHeaders !== null]),
      onResponseData: (_, chunk) => log.push(['data', String(chunk)]),
      onResponseEnd: (_, trailers) => log.push(['end', trailers]),
      onResponseError: (_, error) => log.push(error),
    });
    await eventually(() => log.length === 4);
    expect(log).toEqual([
      ['start', false],
      ['headers', 200, 'y', true],
      ['data', 'body'],
      ['end', {}],
    ]);
  });
  it('of the newer style can pause, resume and abort', async () => {
    const large = 'x'.repeat(500_000);
    const server = await rawServer(() => ok(large));
    const pool = openPool();
    let controller: Dispatcher.DispatchController | undefined;
    let length = 0;
    let failure: unknown;
    dispatcher(pool).dispatch(get(server.url), {
      onRequestStart: (given) => {
        controller = given;
      },
      onResponseStart: (given) => given.pause(),
      onResponseData: (given, chunk) => {
        length += chunk.length;
        given.pause();
      },
      onResponseError: (_, error) => {
        failure = error;
      },
    });
    await eventually(() => controller?.paused);
    expect(length).toBe(0);
    controller?.resume();
    await eventually(() => length > 0 && controller?.paused);
    expect(length).toBeLessThan(large.length);
    const reason = new Error('enough');
    controller?.abort(reason);
    expect(failure).toBe(reason);
    expect(controller).toMatchObject({ aborted: true, reason });
    expect(onlyOrigin(pool).endings.abort).toBe(1);
  });
  it('that waits is connected at once, once, so that it can be aborted', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ maxPerKey: 1 });
    const through = dispatcher(pool);
    through.dispatch(get(server.url, '/1'), recorder());
    const handler = recorder();
    through.dispatch(get(server.url, '/2'), handler);
    expect(handler.log).toEqual(['connect']);
    handler.abort?.(new Error('no more'));
    expect(handler.log).toEqual(['connect', 'error no more']);
    handler.abort?.(new Error('twice'));
    await eventually(() => server.requests.length === 1);
    await pool.close({ drainTimeoutMs: 0 });
    expect(handler.log).toHaveLength(2);
    expect(server.paths).toEqual(['/1']);
  });
  it('that throws is told of its own error, and its connection is closed', async () => {
    const server = await rawServer(() => ok('body'));
    const pool = openPool();
    for (const name of ['onConnect', 'onHeaders', 'onData'] as const) {
      const onError = vi.fn();
      dispatcher(pool).dispatch(get(server.url), {
        ...recorder(),
        [name]: () => {
          throw new Error(`thrown in ${name}`);
        },
        onError,
      });
      await eventually(() => onError.mock.calls.length > 0);
      expect(onError.mock.calls).toMatchObject([[{ message: `thrown in ${name}` }]]);
    }
    expect(await (await pool.request(server.url)).text()).toBe('body');
    expect(onlyOrigin(pool).pool).toMatchObject({ leased: 0 });
  });
  it.each([
    ['is none', undefined],
    ['has no onConnect', { onError() {} }],
    ['has no onError', { onConnect() {}, onHeaders() {}, onData() {}, onComplete() {} }],
  ])('that %s is refused', async (_, handler) => {
    const server = await rawServer(() => ok('body'));
    const ask = (): unknown => dispatcher(openPool()).dispatch(get(server.url), handler as unknown as Dispatcher.DispatchHandler);
    const told = vi.fn();
    if (handler !== undefined && 'onError' in handler && !('onConnect' in handler)) handler.onError = told;
    try {
      ask();
      expect(told).toHaveBeenCalledOnce();
    } catch (error) {
      expect(error).toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    }
  });
  it.each([undefined, '', 'no url', 'ftp://x', 7])('with the origin %j is told that it is none', (origin) => {
    const handler = recorder();
    dispatcher(openPool()).dispatch({ ...get('x'), origin } as Dispatcher.DispatchOptions, handler);
    expect(handler.log).toHaveLength(1);
    expect(handler.log[0]).toMatch(/^error .*(origin|url)/i);
  });
});

describe('back-pressure', () => {
  it('dispatch() is false when as many wait as there are connections, and drain tells when nobody does', async () => {
    const server = await rawServer(() => ok('ok'));
    const through = dispatcher(openPool({ maxPerKey: 2 }));
    const answers = [1, 2, 3].map(() => through.dispatch(get(server.url), recorder()));
    expect(answers).toEqual([true, false, false]);
    const [origin] = await once(through, 'drain');
    expect(String(origin)).toBe(`${server.url}/`);
    expect(through.dispatch(get(server.url), recorder())).toBe(true);
  });
  it('a queue that is full refuses through the handler', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ maxPerKey: 1, maxWaiting: 1 });
    const through = dispatcher(pool);
    const handlers = [1, 2, 3].map(() => {
      const handler = recorder();
      through.dispatch(get(server.url), handler);
      return handler;
    });
    expect(handlers.at(-1)?.log.at(-1)).toMatch(/^error .*maxWaiting/);
  });
});

describe('a body that fails', () => {
  it('while its request waits: the request fails with it', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ maxPerKey: 1 });
    const through = dispatcher(pool);
    through.dispatch(get(server.url), recorder());
    const body = new Readable({ read() {} });
    const handler = recorder();
    through.dispatch({ origin: server.url, path: '/', method: 'POST', body }, handler);
    body.destroy(new Error('no body'));
    await eventually(() => handler.log.includes('error no body'));
  });
  it('while it is sent: the request fails with it, and its connection is closed', async () => {
    const server = await rawServer(({ path }) => ok(path));
    const pool = openPool({ maxPerKey: 1 });
    const body = Readable.from(
      (async function* parts() {
        yield 'begin';
        await eventually(() => server.connections.length === 1);
        throw new Error('no more body');
      })(),
    );
    await expect(request(server.url, { method: 'POST', body, dispatcher: dispatcher(pool) })).rejects.toThrow('no more body');
    expect(onlyOrigin(pool).endings.abort).toBe(1);
    expect(await (await pool.request(`${server.url}/next`)).text()).toBe('/next');
  });
  it('shorter or longer than it says: refused, and never sent as something else', async () => {
    const server = await rawServer(({ path }) => ok(path));
    const pool = openPool({ maxPerKey: 1 });
    const headers = { 'content-length': '9' };
    for (const body of ['short', 'far too long']) {
      await expect(request(server.url, { method: 'POST', body, headers, dispatcher: dispatcher(pool) })).rejects.toMatchObject({
        code: 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
      });
    }
    expect(await (await pool.request(`${server.url}/next`)).text()).toBe('/next');
    expect(server.paths).toEqual(['/next']);
  });
});

describe('compose()', () => {
  it('works with interceptors of undici', async () => {
    const server = await rawServer(({ path }, { requests }) => {
      if (path === '/moved') return 'HTTP/1.1 302 Found\r\nLocation: /here\r\nContent-Length: 0\r\n\r\n';
      if (path === '/busy' && requests.length < 3) return 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n';
      return ok(path);
    });
    const pool = openPool({ maxPerKey: 1 });
    const through = dispatcher(pool).compose(
      interceptors.redirect({ maxRedirections: 3 }),
      interceptors.retry({ maxRetries: 5, minTimeout: 1, maxTimeout: 1 }),
      interceptors.dump({ maxSize: 1_000 }),
    );
    const moved = await request(`${server.url}/moved`, { dispatcher: through });
    expect(moved.statusCode).toBe(200);
    await moved.body.dump();
    expect(server.paths.slice(0, 2)).toEqual(['/moved', '/here']);
    expect((await request(`${server.url}/busy`, { dispatcher: through })).statusCode).toBe(200);
  });
  it('works with its cache', async () => {
    const server = await rawServer(() => ok('cached', 'Cache-Control: max-age=60', `Date: ${new Date().toUTCString()}`));
    const through = dispatcher(openPool()).compose(interceptors.cache());
    for (let count = 0; count < 3; count++) {
      expect(await (await request(server.url, { dispatcher: through })).body.text()).toBe('cached');
    }
    expect(server.requests).toHaveLength(1);
  });
  it('works twice over, and closes what is underneath', async () => {
    const server = await rawServer(({ headers }) => ok(String(headers['x-added'])));
    const add =
      (value: string): Dispatcher.DispatcherComposeInterceptor =>
      (dispatch) =>
      (options, handler) =>
        dispatch({ ...options, headers: { ...(options.headers as object), 'x-added': value } }, handler);
    const pool = openPool();
    const through = dispatcher(pool).compose(add('1')).compose(add('2'));
    expect(await (await request(server.url, { dispatcher: through })).body.text()).toBe('1');
    await through.close();
    await expect(pool.request(server.url)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  });
});

describe('closing', () => {
  it('lets requests end, and refuses new ones', async () => {
    const server = await rawServer((_, { socket }) => {
      answer = () => socket.write(ok('late'));
      return undefined;
    });
    let answer = (): unknown => undefined;
    const through = dispatcher(openPool());
    const pending = request(server.url, { dispatcher: through });
    await eventually(() => server.requests.length === 1);
    const closing = through.close();
    await expect(request(server.url, { dispatcher: through })).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    answer();
    expect(await (await pending).body.text()).toBe('late');
    await closing;
  });
  it('destroy() does not wait, and calls back', async () => {
    const server = await rawServer(() => undefined);
    const through = dispatcher(openPool());
    const pending = request(server.url, { dispatcher: through });
    await eventually(() => server.requests.length === 1);
    const called = new Promise<void>((resolve) => through.destroy(null, resolve));
    await expect(pending).rejects.toThrow();
    await called;
  });
});
