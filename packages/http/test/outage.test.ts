import { chaosProxy, eventually } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { rawServer } from './raw-server.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const connections = 5;

describe('a server that is killed and comes back', () => {
  it('costs no GET: those under way are sent again, those that come meanwhile wait', async () => {
    const server = await rawServer(({ path }, { number }) => (path === '/held' && number <= connections ? undefined : ok));
    await using proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port } });
    const url = `http://127.0.0.1:${proxy.port}`;
    const pool = openPool({ maxPerKey: connections, openBackoff: () => 20 });
    const get = async (path: string): Promise<string> => (await pool.request(`${url}${path}`)).text();
    // Each connection has served: what it swallows from then on is sent again.
    await pool.warm(url, connections);
    await Promise.all(Array.from({ length: connections }, () => get('/first')));
    const underWay = Array.from({ length: connections }, () => get('/held'));
    await eventually(() => server.paths.filter((path) => path === '/held').length === connections);
    proxy.refuse();
    proxy.cutAll();
    const meanwhile = Array.from({ length: 20 }, () => get('/meanwhile'));
    await eventually(() => (onlyOrigin(pool).pool?.totals.openFailed ?? 0) >= 2);
    await proxy.accept();
    expect(new Set(await Promise.all([...underWay, ...meanwhile]))).toEqual(new Set(['ok']));
    expect(onlyOrigin(pool).replays).toBe(connections);
  });

  it('tells a POST under way, once, and sends it to nobody again', async () => {
    const server = await rawServer(({ path }) => (path === '/held' ? undefined : ok));
    await using proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port } });
    const url = `http://127.0.0.1:${proxy.port}`;
    const pool = openPool({ openBackoff: () => 20 });
    await (await pool.request(url)).text();
    const held = pool.request(`${url}/held`, { method: 'POST', body: 'x' });
    await eventually(() => server.paths.includes('/held'));
    proxy.cutAll();
    await expect(held).rejects.toMatchObject({ code: 'HTTP_CONNECTION_LOST', outcome: 'stale-reuse' });
    expect(await (await pool.request(url)).text()).toBe('ok');
    expect(server.paths.filter((path) => path === '/held')).toHaveLength(1);
  });
});

describe('a server that closes idle connections just when a request comes', () => {
  it('costs no GET, however many', async () => {
    let round = 0;
    const served = new WeakMap<object, number>();
    const server = await rawServer((_, connection) => {
      if ((served.get(connection) ?? round) === round) {
        served.set(connection, round);
        return ok;
      }
      connection.socket.destroy();
      return undefined;
    });
    const pool = openPool({ maxPerKey: 10, idleLimit: 'off' });
    const get = async (): Promise<string> => (await pool.request(server.url)).text();
    for (; round < 20; round++) {
      expect(new Set(await Promise.all(Array.from({ length: 10 }, get)))).toEqual(new Set(['ok']));
    }
    expect(onlyOrigin(pool).replays).toBeGreaterThan(0);
  });
});
