import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseReason, Pool, type PoolOptions } from '@pool/core';
import { tcp, type Wire } from '@pool/net';
import { eventually, lineServer, testCertificates } from '@pool/testkit';
import { type TlsClient, type TlsOptions, tls, tlsClient, tlsInfo, withRotation } from '@pool/tls';
import { expect, onTestFinished, test } from 'vitest';
import { failure, never, trusting } from './open.ts';
import { secureServer } from './secure-server.ts';

interface Scene {
  readonly pool: Pool<Wire>;
  readonly discarded: CloseReason[];
  readonly notices: { readonly code: string; readonly detail: unknown }[];
}

function poolOf(client: TlsClient, options: Partial<PoolOptions<Wire>> = {}): Scene {
  const pool = new Pool(tls(client), { max: 3, ...options });
  onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
  const scene: Scene = { pool, discarded: [], notices: [] };
  pool.on('discard', ({ reason }) => scene.discarded.push(reason));
  pool.on('notice', (notice) => scene.notices.push(notice));
  return scene;
}

async function ask(wire: Wire): Promise<string> {
  await wire.write('hello\r\n');
  return wire.readLine({ timeoutMs: 5_000 });
}

test('rotation replaces what is idle now and what is lent when it comes back, and resumes no session', async () => {
  const server = await secureServer();
  const client = tlsClient(await trusting({ port: server.port }));
  const { pool, discarded } = poolOf(client, { min: 2 });
  await pool.ready();
  const lease = await pool.acquire();
  expect(await ask(lease.value)).toBe('hello');
  await client.rotate();
  await eventually(() => discarded.length === 1);
  expect(lease.active).toBe(true);
  expect(await ask(lease.value)).toBe('hello');
  lease.release();
  await eventually(() => discarded.length === 2 && pool.stats.idle === 2);
  expect(discarded).toEqual(['recycled', 'recycled']);
  // The first two might have resumed each other; of the new ones the first could not.
  await server.finished(4);
  await pool.use(async (wire) => {
    expect(await ask(wire)).toBe('hello');
  });
});

test('sessions of before a rotation are not resumed after it', async () => {
  const server = await secureServer();
  const client = tlsClient(await trusting({ port: server.port }));
  const { pool } = poolOf(client);
  await pool.use(ask);
  await client.rotate();
  await pool.use(async (wire) => {
    expect(tlsInfo(wire.socket)?.resumed).toBe(false);
    await ask(wire);
  });
  pool.recycle();
  await pool.use((wire) => expect(tlsInfo(wire.socket)?.resumed).toBe(true));
});

test('a function is asked once before the first connection, and again on each rotation', async () => {
  const server = await secureServer();
  let asked = 0;
  const options = await trusting({ port: server.port });
  const client = tlsClient(() => {
    asked += 1;
    return options;
  });
  expect(asked).toBe(0);
  const sockets = await Promise.all([client.connect(never), client.connect(never)]);
  expect(asked).toBe(1);
  await client.rotate();
  sockets.push(await client.connect(never));
  expect(asked).toBe(2);
  for (const socket of sockets) socket.destroy();
});

test('material is read from files again: a client certificate is exchanged under way', async () => {
  const { ca, client: first } = await testCertificates();
  const second = await ca.client({ commonName: 'second' });
  const dir = await mkdtemp(join(tmpdir(), 'pool-tls-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const put = (certificate: typeof first): Promise<void> =>
    writeFile(join(dir, 'client.pem'), `${certificate.cert}\n${certificate.key}`);
  await put(first);
  const server = await secureServer({ requestCert: true, ca: ca.cert });
  const base = await trusting({ port: server.port });
  const client = tlsClient(async () => {
    const both = await readFile(join(dir, 'client.pem'));
    return { ...base, cert: both, key: both };
  });
  const { pool } = poolOf(client, { min: 1 });
  await pool.use(ask);
  expect(server.sockets.map((socket) => socket.getPeerCertificate().subject.CN)).toEqual(['client']);
  await put(second);
  await client.rotate();
  await pool.use(ask);
  expect(server.sockets.map((socket) => socket.getPeerCertificate().subject.CN)).toEqual(['second']);
});

test('a rotation that fails keeps what was, rejects, tells the pools, and ends no process that does not wait for it', async () => {
  const server = await secureServer();
  const good = await trusting({ port: server.port });
  let next: TlsOptions | Error = good;
  const client = tlsClient(() => {
    if (next instanceof Error) throw next;
    return next;
  });
  const { pool, discarded, notices } = poolOf(client, { min: 1 });
  await pool.ready();
  next = new Error('the vault is sealed');
  void client.rotate();
  await expect(client.rotate()).rejects.toBe(next);
  next = { ...good, cert: 'no certificate' };
  await expect(client.rotate()).rejects.toMatchObject({ code: 'POOL_BAD_OPTION' });
  expect(notices.map(({ code }) => code)).toEqual(['tls-rotation-failed', 'tls-rotation-failed', 'tls-rotation-failed']);
  expect(notices[0]).toMatchObject({ detail: { error: new Error('the vault is sealed') } });
  expect(discarded).toEqual([]);
  await pool.use(ask);
  next = good;
  await client.rotate();
  await eventually(() => discarded.length === 1);
});

test('a function that fails before the first connection fails the open, and is asked again by the next', async () => {
  const server = await secureServer();
  const good = await trusting({ port: server.port });
  let asked = 0;
  const client = tlsClient(() => {
    asked += 1;
    if (asked === 1) throw new Error('the vault is sealed');
    return good;
  });
  await expect(client.connect(never)).rejects.toThrow('the vault is sealed');
  (await client.connect(never)).destroy();
  expect(asked).toBe(2);
});

test('a function that never answers holds up one open until its limit, and no other', async () => {
  const server = await secureServer();
  const good = await trusting({ port: server.port });
  let asked = 0;
  const client = tlsClient(() => {
    asked += 1;
    return asked === 1 ? new Promise<TlsOptions>(() => {}) : good;
  });
  const controller = new AbortController();
  const first = failure(client.connect(controller));
  controller.abort('too slow');
  expect(await first).toBe('too slow');
  (await client.connect(never)).destroy();
});

test('options that a function gives are checked like all others', async () => {
  const client = tlsClient(() => ({ host: 'localhost', port: 1, rejectUnauthorized: false }) as TlsOptions);
  expect(await failure(client.connect(never))).toMatchObject({ code: 'POOL_BAD_OPTION', option: 'rejectUnauthorized' });
});

test('of two rotations at once the later one wins, whichever is answered first', async () => {
  const server = await secureServer({ requestCert: true, rejectUnauthorized: false });
  const { client: certificate, strangeClient } = await testCertificates();
  const base = await trusting({ port: server.port });
  const answers: ((options: TlsOptions) => void)[] = [];
  const client = tlsClient(() => new Promise<TlsOptions>((resolve) => answers.push(resolve)));
  const rotations = [client.rotate(), client.rotate()];
  await eventually(() => answers.length === 2);
  answers[1]?.({ ...base, ...certificate });
  await rotations[1];
  answers[0]?.({ ...base, ...strangeClient });
  await rotations[0];
  const socket = await client.connect(never);
  onTestFinished(() => void socket.destroy());
  await server.finished(1);
  expect(server.sockets[0]?.getPeerX509Certificate()?.issuer).toBe('CN=test authority');
});

test('an open that is under way during a rotation does not stay in the pool', async () => {
  const server = await secureServer();
  const options = await trusting({ port: server.port });
  const client = tlsClient(options);
  let rotate = true;
  const { pool, discarded } = poolOf(client, {
    init: async () => {
      if (!rotate) return;
      rotate = false;
      await client.rotate();
    },
  });
  await pool.use(ask);
  await pool.use(ask);
  await eventually(() => discarded.length > 0);
  expect(discarded).toEqual(['recycled']);
});

test('every pool of one client is told, and none after it was closed', async () => {
  const server = await secureServer();
  const client = tlsClient(await trusting({ port: server.port }));
  const scenes = [poolOf(client, { min: 1 }), poolOf(client, { min: 1 }), poolOf(client, { min: 1 })];
  await Promise.all(scenes.map(({ pool }) => pool.ready()));
  await scenes[2]?.pool.close();
  await client.rotate();
  await eventually(() => scenes[0]?.discarded.length === 1 && scenes[1]?.discarded.length === 1);
  expect(scenes[2]?.discarded).toEqual(['pool-closed']);
});

test('a listener that throws is told by the rotation, and every pool all the same', async () => {
  const server = await secureServer();
  const client = tlsClient(await trusting({ port: server.port }));
  const thrown = new Error('oops');
  const stop = client.onRotate({
    rotated: () => {
      throw thrown;
    },
    failed: () => {},
  });
  const { pool, discarded } = poolOf(client, { min: 1 });
  await pool.ready();
  await expect(client.rotate()).rejects.toBe(thrown);
  await eventually(() => discarded.length === 1);
  stop();
  await client.rotate();
});

test('connections that were secured under way rotate with their client, too', async () => {
  const server = await secureServer();
  const client = tlsClient(await trusting({ port: server.port }));
  const pool = new Pool(withRotation(tcp({ host: '127.0.0.1', port: server.port }), client), {
    max: 1,
    min: 1,
    init: (wire, context) => wire.upgrade((socket, upgrade) => client.secure(socket, upgrade), context),
  });
  onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
  const discarded: CloseReason[] = [];
  pool.on('discard', ({ reason }) => discarded.push(reason));
  await pool.use(ask);
  await client.rotate();
  await eventually(() => discarded.length === 1);
  await pool.use((wire) => expect(wire.secure).toBe(true));
});

test('a pool without TLS at all is not disturbed by withRotation', async () => {
  const server = await lineServer();
  onTestFinished(() => server.stop());
  const client = tlsClient(await trusting({ port: server.port }));
  const pool = new Pool(withRotation(tcp({ host: '127.0.0.1', port: server.port }), client), { max: 1 });
  expect(await pool.use(ask)).toBe('hello');
  await pool.close();
});
