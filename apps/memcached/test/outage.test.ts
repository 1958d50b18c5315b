import { tcp, WireClosedError } from '@pool/net';
import { available, chaosProxy, eventually, realServer, memcached as recipe } from '@pool/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Memcached } from '../src/client.ts';

describe.runIf(available(recipe()))('when things break', () => {
  let server: Awaited<ReturnType<typeof realServer>>;
  beforeAll(async () => {
    server = await realServer(recipe());
  });
  afterAll(() => server.stop());

  it('a server that is killed and comes back while it is in use: readers notice nothing, and the pool is full again', async () => {
    await using client = new Memcached(tcp({ host: '127.0.0.1', port: server.port() }), {
      min: 3,
      max: 3,
      openBackoff: () => 20,
    });
    await client.pool.ready();
    let answers = 0;
    let over = false;
    const failures: unknown[] = [];
    const reader = async (): Promise<void> => {
      while (!over) {
        await client.get('key').catch((error) => failures.push(error));
        answers += 1;
      }
    };
    const readers = [reader(), reader(), reader(), reader(), reader()];
    await eventually(() => answers > 100);

    server.kill('SIGKILL');
    await eventually(() => server.pid === undefined);
    await eventually(() => client.pool.stats.totals.openFailed > 2);
    await server.start();

    const before = answers;
    await eventually(() => answers > before + 100);
    over = true;
    await Promise.all(readers);
    expect(failures).toEqual([]);
    await eventually(() => client.pool.stats.idle === 3);
  });

  it('a writer is told that the connection broke while he waited, since only he knows whether it may be said twice', async () => {
    await using proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port() } });
    await using client = new Memcached(tcp({ host: '127.0.0.1', port: proxy.port }), { max: 1, min: 1 });
    await client.pool.ready();
    proxy.behave({ cutAfterBytes: 4 });
    await expect(client.set('key', 'value')).rejects.toBeInstanceOf(WireClosedError);
    proxy.behave('pass');
    await client.set('key', 'value');
    expect(client.pool.stats.totals).toMatchObject({ opened: 2, closed: { broken: 1 } });
  });

  it('half an answer and the end: the reader gets the whole one over another connection', async () => {
    await using proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port() } });
    await using client = new Memcached(tcp({ host: '127.0.0.1', port: proxy.port }), { max: 1 });
    await client.set('key', 'a value that is cut');
    proxy.connections[0]?.behave({ cutAfterBytes: 20, with: 'fin' });
    expect(String(await client.get('key'))).toBe('a value that is cut');
    expect(client.pool.stats.totals.opened).toBe(2);
  });

  it('half an answer and silence: the limit ends it, and the other half reaches nobody', async () => {
    await using proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port() } });
    await using client = new Memcached(tcp({ host: '127.0.0.1', port: proxy.port }), { max: 1, answerTimeoutMs: 50 });
    await client.set('one', 'first');
    await client.set('two', 'second');
    const [slow] = proxy.connections;
    slow?.behave('black-hole');
    const one = client.get('one');
    const two = client.get('two');
    await eventually(() => client.pool.stats.totals.opened === 2);
    slow?.behave('pass');
    expect(String(await one)).toBe('first');
    expect(String(await two)).toBe('second');
  });

  it('connections that break while nobody uses them are replaced before anybody asks', async () => {
    await using proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port() } });
    await using client = new Memcached(tcp({ host: '127.0.0.1', port: proxy.port }), { max: 2, min: 2 });
    await client.pool.ready();
    proxy.cutAll('reset');
    await eventually(() => client.pool.stats.totals.opened === 4 && client.pool.stats.idle === 2);
    expect(await client.get('never-stored')).toBeUndefined();
  });
});
