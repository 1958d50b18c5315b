import { constant } from '@pool/core';
import { FakeClock } from '@pool/core/testing';
import { eventually } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { openPool } from './open-pool.ts';
import { ok, rawServer, type Script } from './raw-server.ts';

const busy = 'HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy';
const backoff = constant(0);
/** Fails so many times, then answers. */
function after(failures: number, failing: Script): Script {
  let left = failures;
  return (request, connection) => (left-- > 0 ? failing(request, connection) : ok('ok'));
}

describe('retry', () => {
  it('is off: one answer, one failure', async () => {
    const server = await rawServer(after(1, () => busy));
    expect((await openPool().request(server.url)).status).toBe(503);
    const broken = await rawServer(after(1, (_, { socket }) => void socket.resetAndDestroy()));
    await expect(openPool().request(broken.url)).rejects.toMatchObject({ outcome: 'broken' });
  });

  it.each<[string, object, Script]>([
    ['a status that says later', { status: 2 }, () => busy],
    ['a lost connection', { broken: 2 }, (_, { socket }) => void socket.resetAndDestroy()],
    ['a response that is none', { protocol: 2 }, () => 'SSH-2.0\r\n'],
    ['no response in time', { timeout: 2 }, () => undefined],
  ])('%s: as often as its budget says', async (_, budget, failing) => {
    for (const failures of [2, 3]) {
      const server = await rawServer(after(failures, failing));
      const pool = openPool({ retry: { ...budget, backoff }, headersTimeoutMs: 20 });
      const outcome = await pool.request(server.url).then(
        ({ status }) => status,
        (error: unknown) => error,
      );
      if (failures === 2) expect(outcome).toBe(200);
      else expect(outcome === 503 || outcome instanceof Error).toBe(true);
      expect(server.requests).toHaveLength(3);
    }
  });

  it('a budget of one cause is no budget of another, and total bounds all', async () => {
    const mixed = await rawServer(({ path }, { socket, number }) => {
      if (number % 2 === 1) return void socket.resetAndDestroy();
      return path === '/' ? `${busy.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}` : ok('ok');
    });
    const pool = openPool({ retry: { broken: 9, status: 9, total: 3, backoff } });
    const outcome = await pool.request(mixed.url).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ status: 503 });
    expect(mixed.requests).toHaveLength(4);
    await expect(openPool().request(mixed.url, { retry: { status: 9, backoff } })).rejects.toMatchObject({ outcome: 'broken' });
  });

  it('leaves alone what must not be sent twice, unless told otherwise', async () => {
    const server = await rawServer(() => busy);
    const pool = openPool({ retry: { status: 1, backoff } });
    await pool.request(server.url, { method: 'POST', body: 'x' });
    expect(server.requests).toHaveLength(1);
    await pool.request(server.url, { method: 'POST', body: 'x', retry: { status: 1, anyMethod: true, backoff } });
    expect(server.requests).toHaveLength(3);
    await pool.request(server.url, { retry: false });
    expect(server.requests).toHaveLength(4);
  });

  it('waits for as long as the server asks, and gives up when the caller does', async () => {
    const server = await rawServer(() => 'HTTP/1.1 429 Later\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n');
    const clock = new FakeClock();
    const pool = openPool({ clock, retry: { status: 1, backoff } });
    const controller = new AbortController();
    const answer = pool.request(server.url, { signal: controller.signal });
    const outcome = answer.catch((error: unknown) => error);
    await eventually(() => server.requests.length === 1 && clock.keepingAlive > 0);
    await clock.advance(4_999);
    expect(server.requests).toHaveLength(1);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await outcome).toBe(reason);
  });

  it('lets the connection of a discarded answer be lent again', async () => {
    const server = await rawServer(after(1, () => busy));
    const response = await openPool({ retry: { status: 1, backoff } }).request(server.url);
    expect(await response.text()).toBe('ok');
    expect(server.connections).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['retry.total', { total: -1 }],
    ['retry.broken', { broken: 1.5 }],
    ['retry.conect', { conect: 1 }],
  ])('%s is refused with its name', (option, retry) => {
    expect(() => openPool({ retry })).toThrow(expect.objectContaining({ code: 'POOL_BAD_OPTION', option }));
  });
});
