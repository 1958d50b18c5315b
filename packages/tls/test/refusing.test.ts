import type { checkServerIdentity } from 'node:tls';
import { connectTcp, Wire } from '@pool/net';
import { eventually, type TestCertificates, testCertificates } from '@pool/testkit';
import { CertificateError, type TlsOptions, tlsClient } from '@pool/tls';
import { describe, expect, test, vi } from 'vitest';
import { failure, never, trusting } from './open.ts';
import { secureServer } from './secure-server.ts';

/** From the first byte, and on a connection that exists. */
const ways = {
  connect: async (options: TlsOptions) => tlsClient(options).connect(never),
  secure: async (options: TlsOptions) => {
    const socket = await connectTcp({ host: '127.0.0.1', port: options.port ?? 0 }, never);
    return tlsClient(options).secure(socket, never);
  },
  'upgrade of a wire': async (options: TlsOptions) => {
    const wire = new Wire(await connectTcp({ host: '127.0.0.1', port: options.port ?? 0 }, never));
    await wire.upgrade((socket, context) => tlsClient(options).secure(socket, context));
  },
};

const refusals: readonly (readonly [keyof TestCertificates & string, string, RegExp])[] = [
  ['expired', 'CERT_HAS_EXPIRED', /the certificate of localhost:\d+ was refused: certificate has expired \(CERT_HAS_EXPIRED\)/],
  ['notYetValid', 'CERT_NOT_YET_VALID', /is not yet valid .*clock/],
  ['otherName', 'ERR_TLS_CERT_ALTNAME_INVALID', /localhost\. is not in the cert's altnames: DNS:other\.test.*servername/],
  ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT', /self-signed: if you trust it, give it as ca/],
  ['stranger', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /give its certificate as ca/],
];

describe.each(Object.entries(ways))('on %s', (_name, way) => {
  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (maxVersion) => {
    test.each(refusals)('a certificate that is %s is refused with %s, and nothing is sent', async (which, reason, message) => {
      const certificate = (await testCertificates())[which];
      if (!('key' in certificate)) throw new Error('not a certificate');
      const server = await secureServer({ ...certificate, maxVersion });
      const error = await failure(way(await trusting({ port: server.port })));
      expect(error).toBeInstanceOf(CertificateError);
      expect(error).toMatchObject({ code: 'TLS_CERTIFICATE', reason });
      expect(error.message).toMatch(message);
      expect(error.cause).toBeInstanceOf(Error);
      await eventually(() => server.sockets.length === 0);
      expect(server.received).toBe('');
    });
  });
});

test('the environment cannot switch verification off', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  const server = await secureServer((await testCertificates()).selfSigned);
  expect(await failure(tlsClient(await trusting({ port: server.port })).connect(never))).toMatchObject({
    code: 'TLS_CERTIFICATE',
  });
});

test('a self-signed certificate is trusted when it is given as ca', async () => {
  const { selfSigned } = await testCertificates();
  const server = await secureServer(selfSigned);
  const socket = await tlsClient({ host: 'localhost', port: server.port, ca: selfSigned.cert }).connect(never);
  socket.destroy();
});

test('a check of the user’s refuses with its own words', async () => {
  const server = await secureServer();
  const options = await trusting({
    port: server.port,
    checkServerIdentity: (name) => Object.assign(new Error(`${name} is not for us`), { code: 'NOT_OURS' }),
  });
  expect(await failure(tlsClient(options).connect(never))).toMatchObject({
    code: 'TLS_CERTIFICATE',
    reason: 'NOT_OURS',
    message: expect.stringContaining('localhost is not for us (NOT_OURS)'),
  });
});

test('a check of the user’s that throws fails the connection, and nothing else', async () => {
  const server = await secureServer();
  const options = await trusting({
    port: server.port,
    checkServerIdentity: () => {
      throw new Error('oops');
    },
  });
  expect(await failure(tlsClient(options).connect(never))).toMatchObject({ message: expect.stringContaining('oops') });
});

test.each([
  ['a promise', () => Promise.resolve()],
  ['a boolean', () => true],
  ['null', () => null],
])('a check of the user’s that returns %s refuses: it has not said yes', async (_what, check) => {
  const server = await secureServer();
  const options = await trusting({ port: server.port, checkServerIdentity: check as unknown as typeof checkServerIdentity });
  expect(await failure(tlsClient(options).connect(never))).toMatchObject({
    code: 'TLS_CERTIFICATE',
    message: expect.stringContaining('checkServerIdentity must return an Error or undefined'),
  });
});

test('an address that is given to be checked against is checked, whatever the host', async () => {
  const { ca } = await testCertificates();
  const byAddress = await secureServer(await ca.server({ names: ['127.0.0.1'] }));
  const byName = await secureServer(await ca.server({ names: ['localhost'] }));
  const servername = '127.0.0.1';
  (await tlsClient(await trusting({ port: byAddress.port, servername })).connect(never)).destroy();
  expect(await failure(tlsClient(await trusting({ port: byName.port, servername })).connect(never))).toMatchObject({
    reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});
