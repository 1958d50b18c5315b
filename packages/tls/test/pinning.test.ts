import { createHash, X509Certificate } from 'node:crypto';
import { connectTcp } from '@pool/net';
import { type Certificate, testCertificates } from '@pool/testkit';
import { tlsInfo } from '@pool/tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientOf, failure, never, open } from './open.ts';
import { secureServer } from './secure-server.ts';

/** As `openssl x509 -fingerprint -sha256` prints it. */
function certificatePin({ cert }: Certificate): string {
  return new X509Certificate(cert).fingerprint256;
}

/** As `openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64` prints it. */
function keyPin({ cert }: Certificate): string {
  const key = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

const otherPin = 'ab'.repeat(32);

describe.each(['ecdsa', 'rsa'] as const)('a certificate with a key of %s', (keyType) => {
  test('is accepted by the fingerprint of the certificate, and by that of its key', async () => {
    const { ca } = await testCertificates();
    const certificate = await ca.server({ keyType });
    const server = await secureServer(certificate);
    for (const pins of [
      { pinnedCertificates: [certificatePin(certificate)] },
      { pinnedCertificates: [otherPin, certificatePin(certificate).replaceAll(':', '').toLowerCase()] },
      { pinnedPublicKeys: [keyPin(certificate)] },
      { pinnedPublicKeys: [`sha256//${keyPin(certificate)}`] },
      { pinnedPublicKeys: [Buffer.from(keyPin(certificate), 'base64').toString('hex')] },
      { pinnedCertificates: [otherPin], pinnedPublicKeys: [keyPin(certificate)] },
      { pinnedCertificates: [certificatePin(certificate)], pinnedPublicKeys: [otherPin] },
    ]) {
      const socket = await open(await clientOf({ port: server.port, ...pins }));
      expect(tlsInfo(socket)?.certificate.fingerprint256).toBe(certificatePin(certificate));
    }
  });

  test('is refused with other pins, and the error tells its fingerprint', async () => {
    const { ca } = await testCertificates();
    const certificate = await ca.server({ keyType });
    const server = await secureServer(certificate);
    for (const pins of [
      { pinnedCertificates: [otherPin] },
      { pinnedPublicKeys: [otherPin] },
      { pinnedCertificates: [Buffer.from(keyPin(certificate), 'base64').toString('hex')] },
      { pinnedPublicKeys: [certificatePin(certificate)] },
    ]) {
      const error = await failure((await clientOf({ port: server.port, ...pins })).connect(never));
      expect(error).toMatchObject({ code: 'TLS_CERTIFICATE', reason: 'PIN_MISMATCH' });
      expect(error.message).toContain(certificatePin(certificate));
    }
  });
});

test('a pin is on top of the other checks, not instead of them', async () => {
  const { expired, otherName, selfSigned } = await testCertificates();
  for (const certificate of [expired, otherName, selfSigned]) {
    const server = await secureServer(certificate);
    const client = await clientOf({ port: server.port, pinnedCertificates: [certificatePin(certificate)] });
    const error = await failure(client.connect(never));
    expect(error).toMatchObject({ code: 'TLS_CERTIFICATE' });
    expect(error).not.toMatchObject({ reason: 'PIN_MISMATCH' });
  }
});

test('a connection that resumes was pinned when its session began: one that was refused leaves none', async () => {
  const { ca, server: certificate } = await testCertificates();
  const server = await secureServer(await ca.server());
  const client = await clientOf({ port: server.port, pinnedCertificates: [certificatePin(certificate)] });
  expect(await failure(client.connect(never))).toMatchObject({ reason: 'PIN_MISMATCH' });
  server.setCertificate(certificate);
  const sockets = [await open(client), await open(client)];
  expect(tlsInfo(sockets[0]!)?.resumed).toBe(false);
});

test('pins hold for connections that are secured under way', async () => {
  const server = await secureServer();
  const client = await clientOf({ port: server.port, pinnedPublicKeys: [otherPin] });
  const socket = await connectTcp({ host: '127.0.0.1', port: server.port }, never);
  onTestFinished(() => void socket.destroy());
  expect(await failure(client.secure(socket, never))).toMatchObject({ reason: 'PIN_MISMATCH' });
  expect(socket.destroyed).toBe(true);
});
