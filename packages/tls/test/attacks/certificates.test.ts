import { Pool } from '@pool/core';
import { FakeClock } from '@pool/core/testing';
import { type Certificate, testCertificates } from '@pool/testkit';
import { type TlsClient, type TlsOptions, tlsClient, tls as tlsConnector, tlsInfo } from '@pool/tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { opening } from '../starttls/opening.ts';
import { type ScriptedServer, scriptedServer } from '../starttls/scripted-peer.ts';
import { expectNothingSent } from './expect-no-secrets.ts';
import { hooksOf, protocols, type ScriptedProtocol } from './protocols.ts';

const certificates = await testCertificates();
const options: TlsOptions = { host: 'localhost', ca: certificates.ca.cert };

/** What the open failed with. */
type Failure = Promise<{ readonly cause?: unknown }>;
type Meet = (
  protocol: ScriptedProtocol,
  certificate: Certificate,
) => Promise<{ readonly server: ScriptedServer; readonly failure: Failure }>;

/** With a server of STARTTLS. */
const byStartTls: Meet = async (protocol, certificate) => {
  const server = await scriptedServer(async (peer) => {
    peer.say((await protocol.untilStartTls(peer)).yes);
    await peer.secure(certificate);
    await protocol.serveLogin(peer);
  });
  const { failure } = opening(server.port, hooksOf(protocol, options));
  return { server, failure: failure() };
};

/** With a server of TLS from the first byte. */
const implicitly: Meet = async (protocol, certificate) => {
  const server = await scriptedServer(async (peer) => {
    await peer.secure(certificate);
    await protocol.serveLogin(peer);
  });
  const clock = new FakeClock();
  const pool = new Pool(tlsConnector({ ...options, port: server.port, host: '127.0.0.1', servername: 'localhost' }), {
    max: 1,
    min: 1,
    init: protocol.login(),
    clock,
  });
  const failure = new Promise<{ readonly cause?: unknown }>((resolve) => {
    pool.on('openError', ({ error }) => resolve(error));
  });
  onTestFinished(() => void pool.close());
  return { server, failure };
};

describe.each([
  ['STARTTLS', byStartTls],
  ['TLS from the first byte', implicitly],
])('with %s', (_, meet) => {
  describe.each(protocols)('in $name', (protocol) => {
    test.each([
      ['of an authority nobody trusts', certificates.stranger, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ['that has expired', certificates.expired, 'CERT_HAS_EXPIRED'],
      ['that is not valid yet', certificates.notYetValid, 'CERT_NOT_YET_VALID'],
      ['that nobody has signed', certificates.selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ['for another name', certificates.otherName, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ])('a certificate %s fails the open, and nothing is said to who shows it', async (__, certificate, reason) => {
      const { server, failure } = await meet(protocol, certificate);
      expect(await failure).toMatchObject({
        message: expect.stringMatching(/the certificate of \S+ was refused/),
        cause: { code: 'TLS_CERTIFICATE', reason },
      });
      await server.peers[0]?.ended();
      expectNothingSent(server);
    });
  });
});

describe.each(protocols)('in $name a session', (protocol) => {
  /** Opens one connection through STARTTLS, and says whether it resumed a session; or fails. */
  async function openOnce(server: ScriptedServer, client: TlsClient): Promise<boolean | undefined> {
    const { pool, failure } = opening(server.port, hooksOf(protocol, client));
    const failed = failure().then((error) => Promise.reject(error));
    return Promise.race([failed, pool.use((wire) => tlsInfo(wire.socket)?.resumed)]);
  }

  test('is resumed under its own identity, and not offered under another: its name would go unchecked', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.secure();
      await protocol.serveLogin(peer);
    });
    const own = tlsClient(options);
    expect(await openOnce(server, own)).toBe(false);
    expect(await openOnce(server, own)).toBe(true);
    const other = tlsClient({ ...options, host: 'other.test' });
    await expect(openOnce(server, other)).rejects.toMatchObject({
      cause: { code: 'TLS_CERTIFICATE', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    const stricter = tlsClient({ ...options, ca: certificates.otherCa.cert });
    await expect(openOnce(server, stricter)).rejects.toMatchObject({ cause: { code: 'TLS_CERTIFICATE' } });
  });
});
