import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, createServer, type TlsOptions } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listenOnFreePort } from '../free-port.ts';
import { certificateAuthority, selfSigned } from './certificate-authority.ts';
import { testCertificates } from './test-certificates.ts';
import { writeCertificate } from './write-certificate.ts';

/** What comes of it: 'authorized', or the code of what one of them has against the other. */
async function meet(server: TlsOptions, client: ConnectionOptions): Promise<string> {
  const listening = createServer(server, (socket) => {
    socket.end(server.requestCert !== true || socket.authorized ? 'authorized' : String(socket.authorizationError));
  });
  listening.on('tlsClientError', () => {});
  const port = await listenOnFreePort(listening);
  onTestFinished(() => void listening.close());
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...client });
  try {
    await once(socket, 'secureConnect');
    const [answer] = await once(socket, 'data');
    return String(answer);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    socket.destroy();
  }
}

describe('the certificates for tests', () => {
  test.each([
    ['server', 'authorized'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['notYetValid', 'CERT_NOT_YET_VALID'],
    ['otherName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['stranger', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('a client that trusts the authority finds %s to be %s', async (kind, outcome) => {
    const certificates = await testCertificates();
    expect(await meet(certificates[kind], { ca: certificates.ca.cert })).toBe(outcome);
  });

  test.each([
    ['client', 'authorized'],
    ['strangeClient', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('a server that asks for the certificate of a client finds %s to be %s', async (kind, outcome) => {
    const { ca, server, ...others } = await testCertificates();
    const options = { ...server, ca: ca.cert, requestCert: true, rejectUnauthorized: false };
    expect(await meet(options, { ca: ca.cert, ...others[kind] })).toBe(outcome);
  });

  test('are made once', async () => {
    expect(await testCertificates()).toBe(await testCertificates());
  });
});

describe('a certificate', () => {
  test('is for the names and addresses it was asked for', async () => {
    const { cert } = await (await certificateAuthority()).server({
      names: ['mail.test', '*.lists.test', '192.0.2.1', '2001:db8::1'],
    });
    const parsed = new X509Certificate(cert);
    expect(parsed.subject).toBe('CN=mail.test');
    expect(parsed.checkHost('mail.test')).toBe('mail.test');
    expect(parsed.checkHost('a.lists.test')).toBe('*.lists.test');
    expect(parsed.checkHost('other.test')).toBeUndefined();
    expect(parsed.checkIP('192.0.2.1')).toBe('192.0.2.1');
    expect(parsed.checkIP('2001:db8::1')).toBe('2001:db8::1');
  });

  test('is valid for the time it was asked for, to the second', async () => {
    const notBefore = new Date('2024-02-29T00:00:00Z');
    const notAfter = new Date('2024-03-01T12:30:01Z');
    const { cert } = await selfSigned({ notBefore, notAfter });
    const parsed = new X509Certificate(cert);
    expect(new Date(parsed.validFrom)).toEqual(notBefore);
    expect(new Date(parsed.validTo)).toEqual(notAfter);
  });

  test('may have an RSA key', async () => {
    const ca = await certificateAuthority();
    const rsa = await ca.server({ keyType: 'rsa' });
    expect(new X509Certificate(rsa.cert).publicKey.asymmetricKeyType).toBe('rsa');
    expect(await meet(rsa, { ca: ca.cert })).toBe('authorized');
  });

  test('of a client carries its name, and is none for a server', async () => {
    const ca = await certificateAuthority();
    const alice = await ca.client({ commonName: 'alice' });
    expect(new X509Certificate(alice.cert).subject).toBe('CN=alice');
    expect(await meet(alice, { ca: ca.cert })).toBe('INVALID_PURPOSE');
  });

  test('of an authority of the same name is another one', async () => {
    const [one, other] = [await certificateAuthority('same'), await certificateAuthority('same')];
    expect(await meet(await one.server(), { ca: other.cert })).not.toBe('authorized');
  });

  test('is written where a server finds it, its key for the owner alone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'pool-certificate-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const certificate = await selfSigned();
    const { certFile, keyFile, bothFile } = await writeCertificate(dir, certificate);
    expect(await readFile(certFile, 'utf8')).toBe(certificate.cert);
    expect(await readFile(keyFile, 'utf8')).toBe(certificate.key);
    expect(await readFile(bothFile, 'utf8')).toBe(certificate.cert + certificate.key);
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(bothFile)).mode & 0o777).toBe(0o600);
  });
});
