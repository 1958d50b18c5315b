import type { Wire } from '@pool/net';
import { eventually, testCertificates } from '@pool/testkit';
import { describe, expect, test } from 'vitest';
import { opening } from '../starttls/opening.ts';
import { scriptedServer } from '../starttls/scripted-peer.ts';
import { expectNothingInTheClear, expectNothingSent } from './expect-no-secrets.ts';
import { hooksOf, protocols } from './protocols.ts';

const { ca } = await testCertificates();
const tls = { host: 'localhost', ca: ca.cert };

describe.each(protocols)('in $name', (protocol) => {
  const hooks = hooksOf(protocol, tls);

  test('an honest server is logged in to, over TLS alone', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.secure();
      await protocol.serveLogin(peer);
    });
    const { pool } = opening(server.port, hooks);
    await pool.ready();
    expect(await pool.use((wire) => wire.secure)).toBe(true);
    expectNothingInTheClear(server);
    expect(server.encrypted).not.toBe('');
  });

  test('a refusal fails the open', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).no);
      await peer.ended();
    });
    const { failure } = opening(server.port, hooks);
    expect(await failure()).toMatchObject({
      message: expect.stringMatching(/(refused|declined) ST/),
      cause: { code: 'TLS_STARTTLS_REFUSED' },
    });
    await server.peers[0]?.ended();
    expectNothingSent(server);
  });

  test('a refusal, or an offer removed, still sends no credentials where STARTTLS may be refused', async () => {
    const server = await scriptedServer(async (peer) => {
      if (protocol.withoutOffer !== undefined) return protocol.withoutOffer(peer);
      peer.say((await protocol.untilStartTls(peer)).no);
      await peer.ended();
    });
    const { failure } = opening(server.port, [protocol.startTls(tls, true), protocol.login()]);
    expect(await failure()).toMatchObject({
      message: expect.stringContaining('credentials were not sent'),
      cause: { code: 'TLS_CLEARTEXT' },
    });
    await server.peers[0]?.ended();
    expectNothingSent(server);
  });

  test('an answer that is neither yes nor no fails the open', async () => {
    let turn = 0;
    let answers = 1;
    const server = await scriptedServer(async (peer) => {
      const { odd } = await protocol.untilStartTls(peer);
      answers = odd.length;
      peer.say(odd[turn] ?? '');
      await peer.ended();
    });
    for (; turn < answers; turn++) {
      const { failure } = opening(server.port, hooks);
      expect(await failure(), `answer ${turn}`).toMatchObject({ code: 'POOL_OPEN_FAILED', cause: { code: 'WIRE_PROTOCOL' } });
      await server.peers[turn]?.ended();
    }
    expectNothingSent(server);
    expect(answers).toBeGreaterThan(2);
  });

  test('answers that come before their questions fail the open', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.write(protocol.premature);
      await peer.ended();
    });
    const { failure } = opening(server.port, [arrived, ...hooks]);
    expect(await failure()).toMatchObject({
      cause: {
        code: expect.stringMatching(/^(TLS_STARTTLS_INJECTION|WIRE_PROTOCOL)$/),
        message: expect.stringContaining('before it was asked'),
      },
    });
    await server.peers[0]?.ended();
    expectNothingSent(server);
    expect(server.cleartext).toBe('');
  });
});

test.each(protocols.filter(({ withoutOffer }) => withoutOffer !== undefined))(
  'in $name an offer that somebody has removed fails the open',
  async (protocol) => {
    const server = await scriptedServer((peer) => protocol.withoutOffer?.(peer) ?? Promise.resolve());
    const { failure } = opening(server.port, hooksOf(protocol, tls));
    expect(await failure()).toMatchObject({
      step: 'init',
      hook: expect.stringMatching(/StartTls$/),
      message: expect.stringContaining('does not offer ST'),
      cause: { code: 'TLS_STARTTLS_REFUSED' },
    });
    await server.peers[0]?.ended();
    expectNothingSent(server);
    expect(server.cleartext).not.toMatch(/STARTTLS|STLS|AUTH|LOGIN/);
  },
);

describe('in IMAP', () => {
  const imap = protocols.find(({ name }) => name === 'IMAP');
  if (imap === undefined) throw new Error('there is no IMAP');

  test('a greeting that says we are known already (PREAUTH) fails the open: it rules out STARTTLS, and anybody can say it', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say('* PREAUTH welcome back');
      await peer.ended();
    });
    const { failure } = opening(server.port, hooksOf(imap, tls));
    expect(await failure()).toMatchObject({
      message: expect.stringContaining('PREAUTH'),
      cause: { code: 'TLS_STARTTLS_REFUSED' },
    });
    await server.peers[0]?.ended();
    expect(server.cleartext).toBe('');
  });

  test('an answer that was sent before its question does not have its tag', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say('* OK ready');
      const tag = (await peer.line()).split(' ')[0];
      // The answer to what is asked next, with the tag that would come next if tags were counted.
      peer.say('* CAPABILITY IMAP4rev1 STARTTLS', `${tag} OK`);
      await peer.line();
      peer.say(`${nextOf(tag ?? '')} OK begin TLS`);
      await peer.ended();
    });
    const { failure } = opening(server.port, hooksOf(imap, tls));
    expect(await failure()).toMatchObject({ cause: { code: 'WIRE_PROTOCOL' } });
  });
});

/** Only what has come can be told from an answer; what comes later meets the handshake. */
async function arrived(wire: Wire): Promise<void> {
  await eventually(() => wire.bufferedBytes > 0);
}

function nextOf(tag: string): string {
  const digits = tag.slice(1);
  return tag[0] + (Number.parseInt(digits, 16) + 1).toString(16).padStart(digits.length, '0');
}
