import type { Wire } from '@pool/net';
import { eventually, testCertificates } from '@pool/testkit';
import { describe, expect, test } from 'vitest';
import { opening, openTimeoutMs } from '../starttls/opening.ts';
import { type Script, scriptedServer } from '../starttls/scripted-peer.ts';
import { expectNothingInTheClear, expectNothingSent } from './expect-no-secrets.ts';
import { hooksOf, protocols, type ScriptedProtocol } from './protocols.ts';

const { ca } = await testCertificates();
const tls = { host: 'localhost', ca: ca.cert };

/** Opens with that server, and expects the open to fail with that error, and no credentials to have been sent to anybody. */
async function expectRefused(protocol: ScriptedProtocol, script: Script, cause: object): Promise<void> {
  const server = await scriptedServer(script);
  const { failure } = opening(server.port, hooksOf(protocol, tls));
  expect(await failure()).toMatchObject({ code: 'POOL_OPEN_FAILED', step: 'init', cause });
  await server.peers[0]?.ended();
  expectNothingSent(server);
}

/** Lines that would be believed, and the beginning of one that the first line over TLS would complete. */
const injections = ['250 AUTH LOGIN\r\n', '* OK\r\n', 'yes\r\nyes\r\n', '2', '* CAPABILITY IMAP4rev1 ', '\n'];

describe.each(protocols)('in $name', (protocol) => {
  test.each(injections)('%j in the same segment as the answer fails the open', async (injection) => {
    await expectRefused(
      protocol,
      async (peer) => {
        const { yes } = await protocol.untilStartTls(peer);
        peer.write(`${yes}\r\n${injection}`);
        await peer.secure();
        await protocol.serveLogin(peer);
      },
      {
        code: 'TLS_STARTTLS_INJECTION',
        bufferedBytes: injection.length,
        message: expect.stringContaining(`${injection.length} bytes more than its answer`),
      },
    );
  });

  test.each(injections)('%j after the client began its handshake fails the open', async (injection) => {
    await expectRefused(
      protocol,
      async (peer) => {
        peer.say((await protocol.untilStartTls(peer)).yes);
        await peer.arrived();
        peer.write(injection);
        // Who put them there lets the real server go on.
        await peer.secure();
        await protocol.serveLogin(peer);
      },
      { code: 'TLS_STARTTLS_INJECTION', message: expect.stringContaining('bytes came that are not TLS') },
    );
  });

  test('bytes that come while the material of TLS is still asked for fail the open', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.ended();
    });
    let give: () => void = () => {};
    const asked = new Promise<typeof tls>((resolve) => {
      give = () => resolve(tls);
    });
    const wires: Wire[] = [];
    let asks = 0;
    const slow = (): Promise<typeof tls> => {
      asks += 1;
      return asked;
    };
    const { failure } = opening(server.port, [(wire) => void wires.push(wire), ...hooksOf(protocol, slow)]);
    await eventually(() => asks > 0);
    server.peers[0]?.write('250 AUTH LOGIN\r\n');
    await eventually(() => wires.some(({ socket }) => socket.readableLength > 0));
    give();
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_STARTTLS_INJECTION', bufferedBytes: 16 } });
    await server.peers[0]?.ended();
    expectNothingSent(server);
  });

  test('an answer of no with something behind it fails the open, also where a no is allowed', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.write(`${(await protocol.untilStartTls(peer)).no}\r\n250 AUTH LOGIN\r\n`);
      await peer.ended();
    });
    const { failure } = opening(server.port, [protocol.startTls(tls, true), protocol.login(true)]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_STARTTLS_INJECTION' } });
    await server.peers[0]?.ended();
    expectNothingSent(server);
  });

  test('what was said before the answer, and what was offered in the clear, is forgotten', async () => {
    const server = await scriptedServer(async (peer) => {
      const { yes } = await protocol.untilStartTls(peer);
      peer.say(...protocol.before, yes);
      await peer.secure();
      // Takes PLAIN alone; in the clear there was talk of LOGIN.
      await protocol.serveLogin(peer);
    });
    const { pool } = opening(server.port, hooksOf(protocol, tls));
    await pool.ready();
    expectNothingInTheClear(server);
    expect(server.encrypted).not.toMatch(/AUTH(ENTICATE)? LOGIN/);
  });

  test('a handshake that somebody answers in the clear, and then lets go on, ends by the limit of the open', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.arrived();
      // Less than the head of a record, so that nothing can be made of it.
      peer.write('2');
      await peer.ended();
    });
    const { clock, failure } = opening(server.port, hooksOf(protocol, tls));
    await eventually(() => server.cleartext.includes('\x16'));
    await clock.advance(openTimeoutMs);
    expect(await failure()).toMatchObject({ code: 'POOL_OPEN_TIMEOUT', step: 'init' });
    await server.peers[0]?.ended();
    expectNothingSent(server);
  });
});

test.each(protocols.filter(({ goesOn }) => goesOn !== undefined))(
  'in $name an answer that comes over TLS before its question fails the open: somebody may have asked the server in the clear',
  async (protocol) => {
    const server = await scriptedServer(async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.secure();
      peer.say('250 AUTH PLAIN');
      await peer.ended();
    });
    const answered = async (wire: Wire): Promise<void> => {
      await eventually(() => wire.bufferedBytes > 0);
    };
    const { failure } = opening(server.port, [protocol.startTls(tls), answered, protocol.login()]);
    expect(await failure()).toMatchObject({
      cause: { code: 'WIRE_PROTOCOL', message: expect.stringContaining('before it was asked') },
    });
    await server.peers[0]?.ended();
    expectNothingSent(server);
  },
);
