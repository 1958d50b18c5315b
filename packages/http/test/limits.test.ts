import { FakeClock } from '@pool/core/testing';
import { eventually } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { ok, rawServer } from './raw-server.ts';

describe('each limit has its own error, which says how full the pool was', () => {
  it('waiting for a connection', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ maxPerKey: 1, acquireTimeoutMs: 20 });
    // Else connecting, too, has those 20 ms.
    await eventually(() => pool.warm(server.url, 1).then(() => true));
    const first = pool.request(server.url).catch(() => {});
    const error = await pool.request(server.url).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', timeoutMs: 20, stats: { leased: 1 } });
    expect(String(error)).toContain('max 1: 1 leased');
    await pool.close({ drainTimeoutMs: 0 });
    await first;
  });
  it('waiting for a connection, by the request’s own limit', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ maxPerKey: 1 });
    const first = pool.request(server.url).catch(() => {});
    await expect(pool.request(server.url, { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'POOL_ACQUIRE_TIMEOUT',
      timeoutMs: 5,
    });
    await expect(pool.request(server.url, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'POOL_QUEUE_FULL' });
    await pool.close({ drainTimeoutMs: 0 });
    await first;
  });
  it('connecting', async () => {
    const pool = openPool({
      openTimeoutMs: 10,
      whenDown: 'refuse',
      init: function handshake() {
        return new Promise(() => {});
      },
    });
    const server = await rawServer(() => ok('ok'));
    await expect(pool.request(server.url)).rejects.toMatchObject({ code: 'POOL_OPEN_TIMEOUT', hook: 'handshake' });
  });
  it('the headers', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ headersTimeoutMs: 20 });
    const error = await pool.request(server.url).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'HTTP_HEADERS_TIMEOUT', limit: 'headersTimeoutMs', timeoutMs: 20, stats: { max: 6 } });
    expect(String(error)).toContain('max 6');
    expect(onlyOrigin(pool)).toMatchObject({ endings: { timeout: 1 } });
    expect(onlyOrigin(pool).pool?.totals.closed.timeout).toBe(1);
  });
  it('between two chunks of the body', async () => {
    const server = await rawServer(() => 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    const pool = openPool();
    const response = await pool.request(server.url, { bodyTimeoutMs: 20 });
    await expect(response.text()).rejects.toMatchObject({ code: 'HTTP_BODY_TIMEOUT', limit: 'bodyTimeoutMs', timeoutMs: 20 });
  });
  it('the whole request, before the headers', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ requestTimeoutMs: 20 });
    await expect(pool.request(server.url)).rejects.toMatchObject({ code: 'HTTP_REQUEST_TIMEOUT', timeoutMs: 20 });
    expect(onlyOrigin(pool)).toMatchObject({ endings: { timeout: 1 } });
  });
  it('the whole request, in the body', async () => {
    const server = await rawServer(() => 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    const pool = openPool();
    const response = await pool.request(server.url, { requestTimeoutMs: 20 });
    await expect(response.text()).rejects.toMatchObject({ code: 'HTTP_REQUEST_TIMEOUT' });
  });
  it('the whole request, in the queue', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ maxPerKey: 1 });
    const first = pool.request(server.url).catch(() => {});
    await expect(pool.request(server.url, { requestTimeoutMs: 20 })).rejects.toMatchObject({ code: 'HTTP_REQUEST_TIMEOUT' });
    await pool.close({ drainTimeoutMs: 0 });
    await first;
  });
  it.each([
    ['headersTimeoutMs', '', 'HTTP_HEADERS_TIMEOUT'],
    ['bodyTimeoutMs', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', 'HTTP_BODY_TIMEOUT'],
    ['requestTimeoutMs', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', 'HTTP_REQUEST_TIMEOUT'],
  ])('%s holds also while the pool is being closed', async (limit, answer, code) => {
    const server = await rawServer(() => answer);
    const pool = openPool({ [limit]: 50 });
    const text = pool.request(server.url).then((response) => response.text());
    await eventually(() => server.requests.length === 1);
    const closing = pool.close();
    await expect(text).rejects.toMatchObject({ code, stats: { max: 6 } });
    await closing;
  });
  it('nothing of a request is left that was aborted before it was made', async () => {
    const clock = new FakeClock();
    const pool = openPool({ clock, requestTimeoutMs: 50 });
    await expect(pool.request('http://127.0.0.1:1', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(clock.pending).toBe(0);
  });
  it('a limit that is none is refused, with its name', async () => {
    expect(() => openPool({ headersTimeoutMs: 0 })).toThrow(/headersTimeoutMs.*> 0/);
    expect(() => openPool({ keepAliveMarginMs: -1 })).toThrow(/keepAliveMarginMs/);
    const pool = openPool();
    await expect(pool.request('http://127.0.0.1:1', { bodyTimeoutMs: Number.NaN })).rejects.toMatchObject({
      code: 'POOL_BAD_OPTION',
      option: 'bodyTimeoutMs',
    });
  });
});

describe('giving up', () => {
  it('in the queue: at once, and nobody behind is held up', async () => {
    const server = await rawServer(({ path }, { socket }) => {
      if (path === '/slow') release = () => socket.write(ok('slow'));
      else return ok(path);
      return undefined;
    });
    let release = (): unknown => undefined;
    const pool = openPool({ maxPerKey: 1 });
    const slow = pool.request(`${server.url}/slow`);
    const controller = new AbortController();
    const given = pool.request(`${server.url}/given-up`, { signal: controller.signal });
    const behind = pool.request(`${server.url}/behind`);
    await eventually(() => server.requests.length === 1);
    expect(onlyOrigin(pool).pool?.waiting).toBe(2);
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    await expect(given).rejects.toBe(reason);
    expect(onlyOrigin(pool).pool?.waiting).toBe(1);
    release();
    await (await slow).text();
    expect(await (await behind).text()).toBe('/behind');
    expect(server.paths).toEqual(['/slow', '/behind']);
    expect(server.connections).toHaveLength(1);
  });
  it('before it is asked: nothing is sent', async () => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool();
    await expect(pool.request(server.url, { signal: AbortSignal.abort('early') })).rejects.toBe('early');
    expect(server.connections).toHaveLength(0);
  });
  it('while it connects: another may have the connection', async () => {
    const server = await rawServer(({ path }) => ok(path));
    const pool = openPool({ maxPerKey: 1 });
    const controller = new AbortController();
    const given = pool.request(`${server.url}/1`, { signal: controller.signal });
    controller.abort();
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    expect(await (await pool.request(`${server.url}/2`)).text()).toBe('/2');
    expect(server.paths).toEqual(['/2']);
    expect(server.connections).toHaveLength(1);
  });
  it('between being lent a connection and being written: the connection is good for the next', async () => {
    const server = await rawServer(({ path }) => ok(path));
    const pool = openPool({ maxPerKey: 1 });
    await (await pool.request(`${server.url}/1`)).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    const controller = new AbortController();
    const given = pool.request(`${server.url}/2`, { signal: controller.signal });
    expect(onlyOrigin(pool).pool?.leased).toBe(1);
    controller.abort();
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    expect(await (await pool.request(`${server.url}/3`)).text()).toBe('/3');
    expect(server.paths).toEqual(['/1', '/3']);
    expect(server.connections).toHaveLength(1);
  });
  it('after it was written: its connection is closed', async () => {
    const server = await rawServer(({ path }) => (path === '/1' ? undefined : ok(path)));
    const pool = openPool({ maxPerKey: 1 });
    const controller = new AbortController();
    const given = pool.request(`${server.url}/1`, { signal: controller.signal });
    await eventually(() => server.requests.length === 1);
    controller.abort();
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    expect(await (await pool.request(`${server.url}/2`)).text()).toBe('/2');
    expect(server.connections).toHaveLength(2);
    expect(onlyOrigin(pool).endings.abort).toBe(1);
  });
  it('in the middle of the body: reading it fails with the reason', async () => {
    const server = await rawServer(() => 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    const pool = openPool();
    const controller = new AbortController();
    const response = await pool.request(server.url, { signal: controller.signal });
    const reading = response.text();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(onlyOrigin(pool).endings.abort).toBe(1);
  });
  it('after its end: nothing happens, and nobody listens any more', async () => {
    const server = await rawServer(() => ok('ok'));
    const pool = openPool();
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    const response = await pool.request(server.url, { signal });
    expect(await response.text()).toBe('ok');
    expect(listeners).toBe(0);
    controller.abort();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    expect(onlyOrigin(pool).endings.abort).toBe(0);
  });
});
