import { tcp } from '@pool/net';
import { available, eventually, realServer, memcached as recipe } from '@pool/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerError } from '../src/adapter/errors.ts';
import { Memcached } from '../src/client.ts';

describe.runIf(available(recipe()))('the client, against a real memcached', () => {
  let server: Awaited<ReturnType<typeof realServer>>;
  let client: Memcached;
  beforeAll(async () => {
    server = await realServer(recipe());
    client = new Memcached(tcp({ host: '127.0.0.1', port: server.port() }), { max: 1 });
  });
  afterAll(async () => {
    await client.pool.close();
    await server.stop();
  });

  it('gives back what was stored, byte for byte, whatever it looks like', async () => {
    const values = [
      'hello',
      '',
      'END\r\n',
      'two\r\nlines',
      '€'.repeat(1000),
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    ];
    for (const value of values) {
      await client.set('any', value);
      expect(await client.get('any')).toEqual(Buffer.from(value));
    }
    expect(client.pool.stats.totals.opened).toBe(1);
  });

  it('knows what there is not', async () => {
    expect(await client.get('never-stored')).toBeUndefined();
    expect(await client.delete('never-stored')).toBe(false);
    await client.set('gone', 'soon');
    expect(await client.delete('gone')).toBe(true);
    expect(await client.get('gone')).toBeUndefined();
  });

  it('lets values expire, at once with 0', async () => {
    await client.set('short', 'lived', { ttlMs: 0 });
    expect(await client.get('short')).toBeUndefined();
    await client.set('short', 'lived', { ttlMs: 1 });
    // A whole second, as memcached counts.
    expect(String(await client.get('short'))).toBe('lived');
  });

  it('tells how the server is doing', async () => {
    const stats = await client.stats();
    expect(stats.get('pid')).toBe(String(server.pid));
    expect(stats.get('version')).toMatch(/^\d+\.\d+/);
    expect(Number(stats.get('curr_connections'))).toBeGreaterThan(0);
  });

  it.each(['', 'with space', 'line\r\nend', 'nul\0', 'x'.repeat(251), '€'.repeat(84)])(
    'sends nothing for the key %j, and the connection keeps its place',
    async (key) => {
      const { opened } = client.pool.stats.totals;
      for (const call of [client.get(key), client.set(key, 'x'), client.delete(key)]) {
        await expect(call).rejects.toMatchObject({ code: 'POOL_BAD_OPTION', option: 'key' });
      }
      expect(client.pool.stats.totals).toMatchObject({ opened, closed: {} });
    },
  );

  it.each([-1, Number.NaN, 31 * 24 * 3_600_000])('refuses a ttlMs of %s', async (ttlMs) => {
    await expect(client.set('key', 'x', { ttlMs })).rejects.toMatchObject({ code: 'POOL_BAD_OPTION', option: 'ttlMs' });
  });

  it('takes a SERVER_ERROR for the answer that it is: the connection keeps its place', async () => {
    const { opened } = client.pool.stats.totals;
    await expect(client.set('big', Buffer.alloc(2_000_000))).rejects.toBeInstanceOf(ServerError);
    expect(await client.get('big')).toBeUndefined();
    expect(client.pool.stats.totals).toMatchObject({ opened, closed: {} });
  });

  it('serves many callers on one connection', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => client.set(`many-${i}`, String(i))));
    const values = await Promise.all(Array.from({ length: 50 }, (_, i) => client.get(`many-${i}`)));
    expect(values.map(String)).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
    expect(client.pool.stats.totals.opened).toBe(1);
  });

  it('calls off what its caller does not want any more, and its connection is not used again', async () => {
    server.kill('SIGSTOP');
    const controller = new AbortController();
    const answer = client.get('any', { signal: controller.signal });
    await eventually(() => client.pool.stats.leased === 1);
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    server.kill('SIGCONT');
    await eventually(() => client.pool.stats.totals.closed.broken === 1);
    expect(await client.get('never-stored')).toBeUndefined();
  });
});
