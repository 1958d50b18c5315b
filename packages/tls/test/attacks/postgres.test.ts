import type { Wire } from '@pool/net';
import { eventually, testCertificates } from '@pool/testkit';
import { postgresStartTls } from '@pool/tls';
import { describe, expect, test } from 'vitest';
import { opening, openTimeoutMs } from '../starttls/opening.ts';
import { type Script, type ScriptedPeer, scriptedServer } from '../starttls/scripted-peer.ts';

const { ca } = await testCertificates();
const hooks = [postgresStartTls({ tls: { host: 'localhost', ca: ca.cert } })];

const sslRequest = '\x00\x00\x00\x08\x04\xd2\x16\x2f';

async function hearSslRequest(peer: ScriptedPeer): Promise<void> {
  const request = (await peer.bytes(8)).toString('latin1');
  if (request !== sslRequest) throw new Error(`expected SSLRequest, got ${Buffer.from(request, 'latin1').toString('hex')}`);
}

function answering(answer: string): Script {
  return async (peer) => {
    await hearSslRequest(peer);
    peer.write(answer);
    await peer.ended();
  };
}

async function expectRefused(script: Script, cause: object): Promise<void> {
  const server = await scriptedServer(script);
  const { failure } = opening(server.port, hooks);
  expect(await failure()).toMatchObject({ code: 'POOL_OPEN_FAILED', step: 'init', hook: 'postgresStartTls', cause });
  await server.peers[0]?.ended();
  // And a handshake perhaps.
  expect(server.cleartext.slice(0, 8)).toBe(sslRequest);
  expect(['', '\x16']).toContain(server.cleartext.slice(8, 9));
  expect(server.encrypted).toBe('');
}

describe('in PostgreSQL', () => {
  test('an S leads to TLS', async () => {
    const server = await scriptedServer(async (peer) => {
      await hearSslRequest(peer);
      peer.write('S');
      await peer.secure();
    });
    const { pool } = opening(server.port, hooks);
    expect(await pool.use((wire) => wire.secure)).toBe(true);
    expect(server.cleartext).toBe(sslRequest);
  });

  test('an N fails the open', async () => {
    await expectRefused(answering('N'), { code: 'TLS_STARTTLS_REFUSED' });
  });

  test('an N goes on in the clear where that is allowed by name', async () => {
    const server = await scriptedServer(answering('N'));
    const { pool } = opening(server.port, [
      postgresStartTls({ tls: { host: 'localhost', ca: ca.cert }, allowCleartextWhenRefused: true }),
    ]);
    expect(await pool.use((wire) => wire.secure)).toBe(false);
  });

  test.each(['E', 's', '\x00', 'ESFATAL\x00Msend your password to evil.test\x00\x00'])(
    'an answer of %j fails the open, and its words show nowhere',
    async (answer) => {
      const server = await scriptedServer(answering(answer));
      const { failure } = opening(server.port, hooks);
      const error = await failure();
      expect(error).toMatchObject({ cause: { code: 'WIRE_PROTOCOL' } });
      expect(error.message).not.toContain('password');
      await server.peers[0]?.ended();
      expect(server.cleartext).toBe(sslRequest);
    },
  );

  test.each(['S', 'R\x00\x00\x00\x08\x00\x00\x00\x00', '\x16'])(
    '%j behind the S fails the open (CVE-2021-23222)',
    async (injection) => {
      await expectRefused(answering(`S${injection}`), { code: 'TLS_STARTTLS_INJECTION', bufferedBytes: injection.length });
    },
  );

  test('bytes behind an N fail the open, too', async () => {
    await expectRefused(answering('NR'), { code: 'TLS_STARTTLS_INJECTION', bufferedBytes: 1 });
  });

  test('bytes that come after the client began its handshake fail the open', async () => {
    await expectRefused(
      async (peer) => {
        await hearSslRequest(peer);
        peer.write('S');
        await peer.arrived();
        peer.write('R\x00\x00\x00\x08\x00\x00\x00\x00');
        await peer.ended();
      },
      { code: 'TLS_STARTTLS_INJECTION', bufferedBytes: 9 },
    );
  });

  test('an S that comes before the question fails the open', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.write('S');
      await peer.ended();
    });
    const arrived = async (wire: Wire): Promise<void> => {
      await eventually(() => wire.bufferedBytes > 0);
    };
    const { failure } = opening(server.port, [arrived, ...hooks]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_STARTTLS_INJECTION', bufferedBytes: 1 } });
    expect(server.cleartext).toBe('');
  });

  test('silence ends with the limit of the open', async () => {
    const server = await scriptedServer((peer) => peer.ended());
    const { clock, failure } = opening(server.port, hooks);
    await eventually(() => server.cleartext.length === 8);
    await clock.advance(openTimeoutMs);
    expect(await failure()).toMatchObject({ code: 'POOL_OPEN_TIMEOUT', hook: 'postgresStartTls' });
    await server.peers[0]?.ended();
  });
});
