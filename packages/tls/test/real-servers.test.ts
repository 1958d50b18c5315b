import { Pool } from '@pool/core';
import type { Wire } from '@pool/net';
import { available, haproxy, lineServer, nginx, realServer, testCertificates } from '@pool/testkit';
import { type TlsClient, type TlsOptions, tls, tlsClient, tlsInfo } from '@pool/tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failure, never, trusting } from './open.ts';

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

type Exchange = (wire: Wire, context?: { readonly signal: AbortSignal }) => Promise<void>;

async function get(wire: Wire, { signal } = never): Promise<void> {
  await wire.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', { signal });
  const status = await wire.readLine({ signal });
  if (!status.startsWith('HTTP/1.1 200')) throw new Error(status);
  let line = status;
  while (line !== '') line = await wire.readLine({ signal });
  await wire.read(2, { signal });
}

async function say(wire: Wire, { signal } = never): Promise<void> {
  await wire.write('hello\r\n', { signal });
  expect(await wire.readLine({ signal })).toBe('hello');
}

/** Several connections, of which all but the first resume; and a rotation, after which the first does not. */
async function useAndRotate(client: TlsClient, exchange: Exchange): Promise<void> {
  const pool = new Pool(tls(client), { max: 4, init: (wire, context) => exchange(wire, context) });
  onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
  for (const round of [1, 2]) {
    await pool.use((wire) => {
      expect(tlsInfo(wire.socket)).toMatchObject({ resumed: false, certificate: { subject: 'localhost' } });
      return exchange(wire);
    });
    const leases = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()));
    expect(leases.filter(({ value }) => tlsInfo(value.socket)?.resumed)).toHaveLength(3);
    for (const lease of leases) {
      await exchange(lease.value);
      lease.release();
    }
    if (round === 1) await client.rotate();
  }
  expect((await pool.close()).leaked).toEqual([]);
  expect(Object.keys(pool.stats.totals.closed).sort()).toEqual(['pool-closed', 'recycled']);
}

/** With a certificate of a client's, one of a strange authority, and none. */
async function credentials(): Promise<{ readonly good: Partial<TlsOptions>; readonly bad: readonly Partial<TlsOptions>[] }> {
  const { client, strangeClient } = await testCertificates();
  return { good: client, bad: [strangeClient, {}] };
}

describe.runIf(available(nginx())).each(versions)('nginx over %s', (version) => {
  test('is talked to by a pool that resumes and rotates', async () => {
    const { server: certificate } = await testCertificates();
    const server = await realServer(nginx({ certificate, http: `ssl_protocols ${version};` }));
    onTestFinished(() => server.stop());
    const client = tlsClient(await trusting({ port: server.port() }));
    await useAndRotate(client, get);
    const socket = await client.connect(never);
    expect(tlsInfo(socket)).toMatchObject({ protocol: version, resumed: true });
    socket.destroy();
  });

  test('that wants a certificate of its clients says what it thinks in its first answer', async () => {
    const { ca, server: certificate } = await testCertificates();
    const server = await realServer(nginx({ certificate, clientCa: ca.cert, http: `ssl_protocols ${version};` }));
    onTestFinished(() => server.stop());
    const { good, bad } = await credentials();
    await useAndRotate(tlsClient({ ...(await trusting({ port: server.port() })), ...good }), get);
    for (const other of bad) {
      const pool = new Pool(tls({ ...(await trusting({ port: server.port() })), ...other }), {
        max: 1,
        init: get,
        acquireTimeoutMs: 200,
      });
      const failed = new Promise<Error>((resolve) => pool.once('openError', ({ error }) => resolve(error)));
      await failure(pool.acquire());
      expect((await failed).message).toContain('HTTP/1.1 400');
      await pool.close();
    }
  });
});

describe.runIf(available(haproxy({ target: { host: '127.0.0.1', port: 1 } }))).each(versions)('haproxy over %s', (version) => {
  test('that wants a certificate of its clients gets it, resumes, and refuses others', async () => {
    const { ca } = await testCertificates();
    const lines = await lineServer();
    onTestFinished(() => lines.stop());
    const target = { host: '127.0.0.1', port: lines.port };
    const bind = `ssl-min-ver ${version} ssl-max-ver ${version} alpn lines`;
    const server = await realServer(haproxy({ target, clientCa: ca.cert, bind }));
    onTestFinished(() => server.stop());
    const { good, bad } = await credentials();
    const base = await trusting({ port: server.port(), ALPNProtocols: ['lines'] });
    await useAndRotate(tlsClient({ ...base, ...good }), say);
    for (const other of bad) {
      const pool = new Pool(tls({ ...base, ...other }), { max: 1, init: say, acquireTimeoutMs: 200 });
      const failed = new Promise<Error>((resolve) => pool.once('openError', ({ error }) => resolve(error)));
      await failure(pool.acquire());
      expect((await failed).cause).toMatchObject({
        code: version === 'TLSv1.2' ? 'TLS_HANDSHAKE' : 'WIRE_CLOSED',
        cause: { code: expect.stringMatching(/^ERR_SSL_.*ALERT/) },
      });
      await pool.close();
    }
    expect(await failure(tlsClient({ ...base, ...good, ALPNProtocols: ['other'] }).connect(never))).toMatchObject({
      code: 'TLS_ALPN',
    });
  });
});
