import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { Pool } from '@pool/core';
import { connectTcp } from '@pool/net';
import { eventually, socketPair, testCertificates } from '@pool/testkit';
import { type TlsClient, type TlsOptions, tls, tlsClient, tlsInfo } from '@pool/tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientOf, failure, never, open, trusting } from './open.ts';
import { type SecureServer, secureServer } from './secure-server.ts';

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

/** An exchange, after which the session has come: with TLS 1.3 it comes before the first answer. */
async function exchange(socket: TLSSocket): Promise<void> {
  socket.write('hello');
  await once(socket, 'data');
}

async function openAndTalk(client: TlsClient): Promise<TLSSocket> {
  const socket = await open(client);
  await exchange(socket);
  return socket;
}

describe.each(versions)('over %s', (maxVersion) => {
  test('the second connection resumes the session of the first, and knows its certificate', async () => {
    const server = await secureServer({ maxVersion });
    const client = await clientOf({ port: server.port });
    const first = await openAndTalk(client);
    const second = await openAndTalk(client);
    expect(second.isSessionReused()).toBe(true);
    expect(server.resumed).toBe(1);
    // The facts: Node shows no certificate of a resumed connection.
    expect(Object.keys(second.getPeerCertificate())).toEqual([]);
    expect(tlsInfo(second)).toMatchObject({ resumed: true, servername: 'localhost' });
    expect(tlsInfo(second)?.certificate).toBe(tlsInfo(first)?.certificate);
  });

  test('one ticket serves again and again, and those resumed from a resumed connection, too', async () => {
    const server = await secureServer({ maxVersion });
    const client = await clientOf({ port: server.port });
    await openAndTalk(client);
    for (let turn = 0; turn < 5; turn++) expect((await openAndTalk(client)).isSessionReused()).toBe(true);
    const many = await Promise.all(Array.from({ length: 10 }, () => open(client)));
    expect(many.every((socket) => socket.isSessionReused())).toBe(true);
    await server.finished(16);
    expect(server.resumed).toBe(15);
  });

  test('a pool resumes over all its connections', async () => {
    const server = await secureServer({ maxVersion });
    const pool = new Pool(tls(await trusting({ port: server.port })), { max: 8 });
    onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
    await pool.use(async (wire) => {
      await wire.write('hello\r\n');
      await wire.readLine();
    });
    const leases = await Promise.all(Array.from({ length: 8 }, () => pool.acquire()));
    expect(leases.filter(({ value }) => tlsInfo(value.socket)?.resumed)).toHaveLength(7);
    for (const lease of leases) lease.release();
    await server.finished(8);
    expect(server.resumed).toBe(7);
  });

  test('a session is not offered under another identity: each of these makes a full handshake', async () => {
    const { ca, client: certificate } = await testCertificates();
    const server = await secureServer({
      maxVersion,
      ALPNProtocols: ['one', 'two'],
      requestCert: true,
      rejectUnauthorized: false,
    });
    const base = await trusting({ port: server.port });
    await openAndTalk(tlsClient(base));
    const others: Partial<TlsOptions>[] = [
      {},
      { servername: '127.0.0.1' },
      { host: '127.0.0.1' },
      { ca: [ca.cert] },
      { ...certificate },
      { ciphers: 'HIGH' },
      { minVersion: 'TLSv1.2' },
      { ALPNProtocols: ['one'] },
      { checkServerIdentity },
      { pinnedPublicKeys: ['a'.repeat(64)] },
    ];
    for (const other of others) {
      const client = tlsClient({ ...base, ...other });
      await client.connect(never).then(exchange, () => {});
    }
    expect(server.resumed).toBe(0);
  });

  test('of one client, a session is not offered for another name', async () => {
    const { ca } = await testCertificates();
    const both = await ca.server({ names: ['one.test', 'two.test'] });
    const server = await secureServer({ ...both, maxVersion });
    const client = await clientOf({ port: server.port });
    const secure = async (servername: string): Promise<TLSSocket> => {
      const socket = await client.secure(await connectTcp({ host: '127.0.0.1', port: server.port }, never), {
        ...never,
        servername,
      });
      onTestFinished(() => void socket.destroy());
      await exchange(socket);
      return socket;
    };
    await secure('one.test');
    expect((await secure('two.test')).isSessionReused()).toBe(false);
    expect((await secure('one.test')).isSessionReused()).toBe(true);
    expect((await secure('TWO.test')).isSessionReused()).toBe(true);
    // Which the certificate is not for: refused, although sessions of the same server are at hand.
    expect(await failure(secure('three.test'))).toMatchObject({ code: 'TLS_CERTIFICATE' });
  });

  test('the session of a connection that was refused is never kept', async () => {
    const server = await secureServer({ ...(await testCertificates()).otherName, maxVersion });
    let refuse = true;
    const client = await clientOf({ port: server.port, checkServerIdentity: () => (refuse ? new Error('no') : undefined) });
    await failure(client.connect(never));
    refuse = false;
    expect((await openAndTalk(client)).isSessionReused()).toBe(false);
    refuse = true;
    // Node asks nobody about a connection that resumes: this one was verified when its session began.
    expect((await openAndTalk(client)).isSessionReused()).toBe(true);
  });

  test('sessions are forgotten after any failed handshake', async () => {
    const server = await secureServer({ maxVersion });
    const client = await clientOf({ port: server.port });
    await openAndTalk(client);
    const { near, far, close } = await socketPair();
    onTestFinished(close);
    far.once('data', () => far.end());
    await failure(client.secure(near, never));
    expect((await openAndTalk(client)).isSessionReused()).toBe(false);
    expect((await openAndTalk(client)).isSessionReused()).toBe(true);
  });

  test('with no room for sessions none is kept', async () => {
    const server = await secureServer({ maxVersion });
    const client = await clientOf({ port: server.port, sessionCacheSize: 0 });
    await openAndTalk(client);
    expect((await openAndTalk(client)).isSessionReused()).toBe(false);
  });

  test('a server that has forgotten its tickets is talked to all the same, and its new ones are used', async () => {
    const { server: certificate } = await testCertificates();
    const first = await secureServer({ maxVersion });
    const client = await clientOf({ port: first.port });
    await openAndTalk(client);
    const second = await secureServer({ ...certificate, maxVersion });
    const secureAt = async ({ port }: SecureServer): Promise<TLSSocket> => {
      const socket = await client.secure(await connectTcp({ host: '127.0.0.1', port }, never), never);
      onTestFinished(() => void socket.destroy());
      await exchange(socket);
      return socket;
    };
    expect((await secureAt(second)).isSessionReused()).toBe(false);
    expect((await secureAt(second)).isSessionReused()).toBe(true);
  });
});

test('a TLS error on an open connection has the sessions forgotten', async () => {
  const server = await secureServer();
  const between: Socket[] = [];
  const relay = createServer((near) => {
    const far = connect(server.port, '127.0.0.1');
    near.pipe(far).pipe(near);
    between.push(
      near.on('error', () => {}),
      far.on('error', () => {}),
    );
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  onTestFinished(() => {
    relay.close();
    for (const socket of between) socket.destroy();
  });
  const client = await clientOf({ port: (relay.address() as AddressInfo).port });
  const socket = await openAndTalk(client);
  const broken = new Promise((resolve) => socket.once('error', resolve));
  // A record of 32 bytes that nobody encrypted.
  between[0]?.write(Buffer.concat([Buffer.from('1703030020', 'hex'), Buffer.alloc(32)]));
  expect(await broken).toMatchObject({ code: expect.stringMatching(/^ERR_SSL/) });
  await eventually(() => socket.closed);
  expect((await openAndTalk(client)).isSessionReused()).toBe(false);
});

test('a ticket that comes on a paused socket is kept', async () => {
  const server = await secureServer({ maxVersion: 'TLSv1.3' });
  const client = await clientOf({ port: server.port });
  const socket = await open(client);
  expect(socket.isPaused() || socket.readableFlowing === null).toBe(true);
  await once(socket, 'session');
  expect((await open(client)).isSessionReused()).toBe(true);
});
