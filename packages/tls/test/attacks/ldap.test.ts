import type { Wire } from '@pool/net';
import { eventually, testCertificates } from '@pool/testkit';
import { ldapLogin, ldapStartTls } from '@pool/tls';
import { describe, expect, test } from 'vitest';
import { opening, openTimeoutMs } from '../starttls/opening.ts';
import { type Script, type ScriptedPeer, scriptedServer } from '../starttls/scripted-peer.ts';
import { expectNothingSent } from './expect-no-secrets.ts';
import { credentials } from './protocols.ts';

const { ca } = await testCertificates();
const tls = { host: 'localhost', ca: ca.cert };
const hooks = [ldapStartTls({ tls }), ldapLogin({ credentials })];

const startTlsRequest = Buffer.from('301d02010177188016312e332e362e312e342e312e313436362e3230303337', 'hex');
const bindTag = 0x61;
const extendedTag = 0x78;

/** An LDAPMessage with an LDAPResult; of fewer than 128 bytes. */
function result(tag: number, messageId: number, resultCode: number, diagnostic = ''): Buffer {
  const body = Buffer.concat([Buffer.from([0x0a, 1, resultCode, 4, 0, 4, diagnostic.length]), Buffer.from(diagnostic)]);
  return Buffer.concat([Buffer.from([0x30, body.length + 5, 2, 1, messageId, tag, body.length]), body]);
}

const yes = result(extendedTag, 1, 0);

async function hearStartTls(peer: ScriptedPeer): Promise<void> {
  const request = await peer.bytes(startTlsRequest.length);
  if (!request.equals(startTlsRequest)) throw new Error(`expected StartTLS, got ${request.toString('hex')}`);
}

function answering(...answers: readonly Uint8Array[]): Script {
  return async (peer) => {
    await hearStartTls(peer);
    peer.write(Buffer.concat(answers));
    await peer.ended();
  };
}

async function expectRefused(script: Script, cause: object): Promise<void> {
  const server = await scriptedServer(script);
  const { failure } = opening(server.port, hooks);
  expect(await failure()).toMatchObject({ code: 'POOL_OPEN_FAILED', step: 'init', cause });
  await server.peers[0]?.ended();
  expectNothingSent(server);
}

/** Agrees to StartTLS, and answers the bind. */
function binding(answer: Uint8Array): Script {
  return async (peer) => {
    await hearStartTls(peer);
    peer.write(yes);
    await peer.secure();
    await peer.arrived();
    peer.write(answer);
    await peer.ended();
  };
}

describe('in LDAP', () => {
  test('an honest server is logged in to, over TLS alone', async () => {
    const server = await scriptedServer(binding(result(bindTag, 2, 0)));
    const { pool } = opening(server.port, hooks);
    await pool.ready();
    expect(Buffer.from(server.cleartext, 'latin1')).toEqual(startTlsRequest);
    expect(server.encrypted).toContain(credentials.password);
  });

  test('a long form of the length is understood', async () => {
    const long = Buffer.concat([Buffer.from([0x30, 0x84, 0, 0, 0, 12]), result(extendedTag, 1, 0).subarray(2)]);
    const server = await scriptedServer(async (peer) => {
      await hearStartTls(peer);
      peer.write(long);
      await peer.secure();
      await peer.arrived();
      peer.write(result(bindTag, 2, 0));
    });
    const { pool } = opening(server.port, hooks);
    await pool.ready();
  });

  test.each([
    ['protocolError', 2],
    ['unavailable', 52],
  ])('a refusal (%s) fails the open', async (_, resultCode) => {
    await expectRefused(answering(result(extendedTag, 1, resultCode)), {
      code: 'TLS_STARTTLS_REFUSED',
      message: expect.stringContaining(`result ${resultCode}`),
    });
  });

  test.each([
    ['to another question', result(extendedTag, 7, 0)],
    ['to a bind', result(bindTag, 1, 0)],
    ['that is a notice of disconnection', result(extendedTag, 0, 52)],
    ['that is a line', Buffer.from('220 go ahead\r\n')],
    ['that is no result', Buffer.from([0x30, 3, 2, 1, 1])],
    ['that is cut short inside', Buffer.from([0x30, 12, 2, 1, 1, extendedTag, 7, 0x0a, 1, 0, 4, 0, 4, 9])],
    ['with something behind the message inside', Buffer.from([0x30, 0])],
    ['of indefinite length', Buffer.from([0x30, 0x80, 2, 1, 1])],
    ['whose length has five bytes', Buffer.from([0x30, 0x85, 0, 0, 0, 0, 12])],
    ['of four gigabytes', Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])],
    ['of one byte more than is accepted', Buffer.from([0x30, 0x83, 0x01, 0x00, 0x01])],
    ['nested without end', Buffer.concat([Buffer.from([0x30, 0x82, 0x20, 0]), Buffer.alloc(0x2000, Buffer.from([0x30, 0x80]))])],
  ])('an answer %s fails the open', async (_, answer) => {
    await expectRefused(answering(answer), { code: 'WIRE_PROTOCOL' });
  });

  test('bytes behind the answer fail the open', async () => {
    await expectRefused(answering(yes, Buffer.from('x')), { code: 'TLS_STARTTLS_INJECTION', bufferedBytes: 1 });
  });

  test('a whole answer to the bind behind it fails the open', async () => {
    const bound = result(bindTag, 2, 0);
    await expectRefused(answering(yes, bound), { code: 'TLS_STARTTLS_INJECTION', bufferedBytes: bound.length });
  });

  test('bytes that come after the client began its handshake fail the open', async () => {
    await expectRefused(
      async (peer) => {
        await hearStartTls(peer);
        peer.write(yes);
        await peer.arrived();
        peer.write(result(bindTag, 2, 0));
        await peer.ended();
      },
      { code: 'TLS_STARTTLS_INJECTION' },
    );
  });

  test('an answer that comes before its question fails the open', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.write(yes);
      await peer.ended();
    });
    const arrived = async (wire: Wire): Promise<void> => {
      await eventually(() => wire.bufferedBytes > 0);
    };
    const { failure } = opening(server.port, [arrived, ...hooks]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_STARTTLS_INJECTION', bufferedBytes: yes.length } });
    expect(server.cleartext).toBe('');
  });

  test('silence in the middle of an answer ends with the limit of the open', async () => {
    const server = await scriptedServer(answering(yes.subarray(0, 9)));
    const { clock, failure } = opening(server.port, hooks);
    await eventually(() => server.cleartext.length === startTlsRequest.length);
    await clock.advance(openTimeoutMs);
    expect(await failure()).toMatchObject({ code: 'POOL_OPEN_TIMEOUT', hook: 'ldapStartTls' });
    await server.peers[0]?.ended();
    expectNothingSent(server);
  });

  test('without TLS no credentials are sent', async () => {
    const server = await scriptedServer((peer) => peer.ended());
    const { failure } = opening(server.port, [ldapLogin({ credentials })]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_CLEARTEXT' } });
    expect(server.cleartext).toBe('');
  });

  test.each([
    ['invalidCredentials', 49, 'TLS_AUTH'],
    ['unwillingToPerform', 53, 'TLS_AUTH'],
    ['confidentialityRequired', 13, 'TLS_AUTH'],
    ['busy', 51, 'TLS_AUTH_UNAVAILABLE'],
    ['unavailable', 52, 'TLS_AUTH_UNAVAILABLE'],
    ['saslBindInProgress', 14, 'WIRE_PROTOCOL'],
    ['operationsError', 1, 'WIRE_PROTOCOL'],
  ])('a bind answered with %s fails the open, without the words of the server', async (_, resultCode, code) => {
    const server = await scriptedServer(binding(result(bindTag, 2, resultCode, 'no such word')));
    const { failure } = opening(server.port, hooks);
    const error = await failure();
    expect(error).toMatchObject({ cause: { code, received: 'no such word' } });
    expect(error.message).toContain(`result ${resultCode}`);
    expect(error.message).not.toContain('no such word');
  });

  test('an access token is refused before anything is sent', async () => {
    const server = await scriptedServer(binding(result(bindTag, 2, 0)));
    const { failure } = opening(server.port, [
      ldapStartTls({ tls }),
      ldapLogin({ credentials: { username: 'x', accessToken: 'y' } }),
    ]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH' } });
    await server.peers[0]?.ended();
    expect(server.encrypted).toBe('');
  });

  test('an empty password is refused when the hook is made: servers take such a bind for an anonymous one', () => {
    expect(() => ldapLogin({ credentials: { username: 'cn=admin', password: '' } })).toThrow(
      'credentials.password must be a string that is not empty',
    );
  });
});
