import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { tcp } from '@pool/net';
import { available, realServer, memcached as recipe } from '@pool/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoginError, TooManyConnectionsError } from '../src/adapter/errors.ts';
import type { Login } from '../src/adapter/login.ts';
import { Memcached } from '../src/client.ts';

describe.runIf(available(recipe()))('a memcached that wants a login', () => {
  let dir: string;
  let server: Awaited<ReturnType<typeof realServer>>;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pool-memcached-login-'));
    await writeFile(join(dir, 'users'), 'alice:s3cr3t\n');
    // It runs as somebody else.
    await chmod(dir, 0o755);
    // Not ready by its own test: to that, too, it says that it wants a login.
    const { ready, ...rest } = recipe({ args: ['-Y', join(dir, 'users')] });
    server = await realServer(rest);
  });
  afterAll(async () => {
    await server.stop();
    await rm(dir, { recursive: true });
  });

  const clientOf = (login?: Login): Memcached =>
    new Memcached(tcp({ host: '127.0.0.1', port: server.port() }), { max: 2, ...(login && { login }) });

  it('lets in whoever knows the password, on every connection', async () => {
    await using client = clientOf({ username: 'alice', password: 's3cr3t', allowCleartext: true });
    await Promise.all([client.set('a', '1'), client.set('b', '2')]);
    expect(String(await client.get('a'))).toBe('1');
  });

  it('a wrong password is told at once and tried once, and shows nowhere', async () => {
    await using client = clientOf({ username: 'alice', password: 'wr0ng', allowCleartext: true });
    for (let call = 0; call < 3; call++) {
      const error: unknown = await client.get('a').catch((error) => error);
      expect(error).toMatchObject({ hook: 'login', cause: expect.any(LoginError) });
      expect(inspect(error, { depth: 10 })).not.toContain('wr0ng');
    }
    expect(client.pool.stats.totals.openFailed).toBe(1);
    expect(inspect(client, { depth: 10 })).not.toContain('wr0ng');
  });

  it('the password is not sent in the clear unless that was asked for', async () => {
    await using client = clientOf({ username: 'alice', password: 's3cr3t' });
    await expect(client.get('a')).rejects.toMatchObject({ cause: expect.any(LoginError) });
  });

  it('without a login every caller is told at once that one is wanted', async () => {
    await using client = clientOf();
    await expect(client.get('a')).rejects.toMatchObject({ hook: 'greet', cause: expect.any(LoginError) });
    await expect(client.get('a')).rejects.toMatchObject({ cause: expect.any(LoginError) });
    expect(client.pool.stats.totals.openFailed).toBe(1);
  });

  it.each(['', 'two words', 'with:colon'])('refuses the name %j before it connects', (username) => {
    expect(() => clientOf({ username, password: 'x' })).toThrow(expect.objectContaining({ option: 'username' }));
  });
});

describe.runIf(available(recipe()))('a memcached that wants no login', () => {
  it('does not keep the password that it is sent all the same', async () => {
    await using server = await realServer(recipe());
    const transport = tcp({ host: '127.0.0.1', port: server.port() });
    await using client = new Memcached(transport, { login: { username: 'alice', password: 'x', allowCleartext: true } });
    expect(await client.get('login')).toBeUndefined();
  });
});

describe.runIf(available(recipe()))('a memcached that takes few connections', () => {
  it('is asked for no more than it takes, and serves all callers on those', async () => {
    // It needs some of them for itself.
    await using server = await realServer(recipe({ args: ['-c', '16', '-t', '1'] }));
    await using client = new Memcached(tcp({ host: '127.0.0.1', port: server.port() }), { max: 20 });
    const refusals: unknown[] = [];
    client.pool.on('openError', ({ error }) => refusals.push(error.cause));
    let ready = 0;
    client.pool.on('open', () => ready++);

    await Promise.all(Array.from({ length: 200 }, (_, i) => client.set(`key-${i}`, 'x')));

    const { effectiveMax, max } = client.pool.stats;
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(TooManyConnectionsError);
    expect(effectiveMax).toBeLessThan(max);
    expect(ready).toBe(effectiveMax);
  });
});
