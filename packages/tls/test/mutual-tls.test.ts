import { type OpenError, Pool, type PoolOptions } from '@pool/core';
import type { Wire } from '@pool/net';
import { type Certificate, eventually, type TestCertificates, testCertificates } from '@pool/testkit';
import { type TlsOptions, tls } from '@pool/tls';
import { expect, onTestFinished, test } from 'vitest';
import { clientOf, failure, never, open, trusting } from './open.ts';
import { type SecureServer, secureServer } from './secure-server.ts';

async function strictServer(maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<SecureServer> {
  const { ca } = await testCertificates();
  return secureServer({ requestCert: true, rejectUnauthorized: true, ca: ca.cert, maxVersion });
}

function poolOf(options: TlsOptions, more: Partial<PoolOptions<Wire>> = {}): Pool<Wire> {
  const pool = new Pool(tls(options), { max: 2, ...more });
  onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
  return pool;
}

/** The first words, which only a server that accepted the certificate answers. */
async function firstAnswer(wire: Wire, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  await wire.write('hello\r\n', { signal });
  await wire.readLine({ signal });
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a server that wants a certificate gets it over %s', async (maxVersion) => {
  const server = await strictServer(maxVersion);
  const pool = poolOf(await trusting({ port: server.port, ...(await testCertificates()).client }), { init: firstAnswer });
  await pool.use((wire) => firstAnswer(wire, never));
  expect(server.sockets[0]?.getPeerCertificate().subject.CN).toBe('client');
});

/** What OpenSSL says to none at all, and Node's server does to one of an authority it does not know: it closes without a word. */
const refused: readonly (readonly [string, (all: TestCertificates) => Certificate | undefined, string])[] = [
  ['none', () => undefined, 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
  ['one of a strange authority', (all) => all.strangeClient, ''],
];

test.each(refused)('over TLS 1.2 a server that is shown %s refuses the handshake', async (_what, choose) => {
  const server = await strictServer('TLSv1.2');
  const client = await clientOf({ port: server.port, ...choose(await testCertificates()) });
  expect(await failure(client.connect(never))).toMatchObject({ code: 'TLS_HANDSHAKE' });
});

test.each(refused)('over TLS 1.3 a server that is shown %s refuses it after the handshake', async (_what, choose, code) => {
  const server = await strictServer('TLSv1.3');
  const socket = await open(await clientOf({ port: server.port, ...choose(await testCertificates()) }));
  expect(socket.authorized).toBe(true);
  const errors: string[] = [];
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(String(error.code)));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await closed;
  expect(errors).toEqual(code === '' ? [] : [code]);
});

test.each(refused)(
  'an init hook that awaits the first answer of a server that is shown %s fails the open, and says why',
  async (_what, choose, code) => {
    const server = await strictServer('TLSv1.3');
    const options = await trusting({ port: server.port, ...choose(await testCertificates()) });
    const pool = poolOf(options, { init: firstAnswer, acquireTimeoutMs: 300 });
    const failed = new Promise<OpenError>((resolve) => pool.once('openError', ({ error }) => resolve(error)));
    const acquiring = failure(pool.acquire());
    const error = await failed;
    expect(error).toMatchObject({ code: 'POOL_OPEN_FAILED', step: 'init', hook: 'firstAnswer' });
    expect(error.cause).toMatchObject({ code: 'WIRE_CLOSED', ...(code !== '' && { cause: { code } }) });
    expect(await acquiring).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
  },
);

test('without such a hook a connection that is refused before it served counts as a failed open from the second time on', async () => {
  const server = await strictServer('TLSv1.3');
  const pool = poolOf(await trusting({ port: server.port }), { min: 1, openBackoff: () => 60_000 });
  const reasons: unknown[] = [];
  pool.on('discard', ({ reason, error }) => reasons.push({ reason, error }));
  // The first may have been bad luck.
  await eventually(() => reasons.length === 2);
  expect(reasons[1]).toMatchObject({ reason: 'broken', error: { cause: { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' } } });
  // The next opening is a minute away.
  expect(await failure(pool.acquire({ timeoutMs: 50 }))).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
  expect(pool.stats.opening).toBe(0);
  expect(reasons).toHaveLength(2);
});

test('a key that does not belong to the certificate is refused when the client is made', async () => {
  const { client, strangeClient } = await testCertificates();
  await expect(clientOf({ port: 1, cert: client.cert, key: strangeClient.key })).rejects.toMatchObject({
    code: 'POOL_BAD_OPTION',
    message: expect.stringMatching(/no TLS context can be made of ca, cert, key: .*key values mismatch/),
  });
});
