import { inspect } from 'node:util';
import { OpenError, OptionsError } from '@pool/core';
import { type ImapFlowClass, imap } from '@pool/imap';
import { available, dovecot, testCertificates } from '@pool/testkit';
import { tlsClient, tlsInfo } from '@pool/tls';
import type { ImapFlow } from 'imapflow';
import { ImapFlow as OldImapFlow } from 'imapflow-without-transport';
import { describe, expect, test } from 'vitest';
import { socketOf } from '../src/connection/socket-of.ts';
import { alice, failure, message, open, serve } from './mail-server.ts';
import { scriptedImap } from './scripted-imap.ts';

// As far as it is used, it is the same.
const old = OldImapFlow as unknown as ImapFlowClass;

const releases = [
  ['imapflow as it is', {}],
  ['an imapflow that connects by itself', { ImapFlow: old }],
] as const;

function resumed(client: ImapFlow): boolean | undefined {
  const socket = socketOf(client);
  return socket && tlsInfo(socket)?.resumed;
}

describe.runIf(available(dovecot()))('on Dovecot', () => {
  test.each(['tls', 'starttls'] as const)('connections over %s resume each other’s sessions', async (security) => {
    const server = await serve();
    const mail = open(await alice(server, { security }), { max: 2 });
    expect(await mail.use(resumed)).toBe(false);
    const leases = await Promise.all([mail.pool.acquire(), mail.pool.acquire()]);
    expect(leases.map(({ value }) => resumed(value))).toEqual([false, true]);
    for (const lease of leases) lease.release();
  });

  test('all connections are replaced when the TLS client rotates', async () => {
    const server = await serve();
    const { ca } = await testCertificates();
    const tls = tlsClient({ host: 'localhost', ca: ca.cert });
    const mail = open(await alice(server, { tls }), { max: 2, min: 1 });
    await mail.ready();
    await tls.rotate();
    expect(await mail.use(resumed)).toBe(false);
    expect(mail.stats.totals.closed).toEqual({ recycled: 1 });
  });

  test.each(releases)('%s speaks STARTTLS from where it may not log in without', async (_which, release) => {
    const server = await serve();
    const from = { ...release, tcp: { localAddress: '127.0.0.2' } } as const;
    const mail = open(await alice(server, { ...from, security: 'starttls' }), { max: 1 });
    await mail.use((client) => client.append('INBOX', message('hello')));
    expect(await mail.use((client) => client.secureConnection)).toBe(true);
    const inTheClear = open(await alice(server, { ...from, security: 'cleartext', loginMethod: 'LOGIN' }), { max: 1 });
    expect((await failure(inTheClear.ready())).cause).toMatchObject({
      code: 'TLS_AUTH',
      message: expect.stringContaining('Login is disabled'),
    });
  });

  test.each(['stranger', 'otherName', 'expired', 'selfSigned'] as const)(
    'a certificate that is %s refuses every caller at once, and is not tried again',
    async (kind) => {
      const certificate = (await testCertificates())[kind];
      const server = await serve({ certificate });
      for (const [, release] of releases) {
        for (const security of ['tls', 'starttls'] as const) {
          const mail = open(await alice(server, { ...release, security }), { max: 1 });
          const errors = await Promise.all([failure(mail.use(() => {})), failure(mail.use(() => {}))]);
          errors.push(await failure(mail.use(() => {})));
          for (const error of errors) {
            expect(error).toBeInstanceOf(OpenError);
            expect(error.cause).toMatchObject({ code: 'TLS_CERTIFICATE' });
          }
          expect(mail.stats.totals.openFailed).toBe(1);
          expect(inspect(errors, { depth: 10 })).not.toContain('secret');
        }
      }
    },
  );
});

describe.each(releases)('%s', (_which, release) => {
  const starttls = {
    host: '127.0.0.1',
    security: 'starttls',
    credentials: { username: 'alice', password: 'hush-hush' },
    ...release,
  } as const;

  test.each([
    ['offers no STARTTLS', { answers: {} }],
    ['says PREAUTH instead of offering it', { greeting: '* PREAUTH welcome' }],
    [
      'answers STARTTLS and something else',
      {
        answers: {
          CAPABILITY: () => '* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done',
          STARTTLS: () => 'TAG OK go on\r\n* OK [ALERT] injected',
        },
      },
    ],
  ])('logs in to no server that %s', async (_what, script) => {
    const server = await scriptedImap(script);
    const mail = open({ ...starttls, port: server.port }, { max: 1, whenDown: 'refuse' });
    const error = await failure(mail.ready());
    expect(error.cause).toBeInstanceOf(Error);
    expect(server.sessions.flatMap(({ lines }) => lines).join('\n')).not.toMatch(/LOGIN|AUTHENTICATE|hush/);
    expect(inspect(error, { depth: 10 })).not.toContain('hush');
  });
});

test('an imapflow that connects by itself is told so when it is given what it cannot do', async () => {
  const base = { host: 'localhost', credentials: { username: 'alice', password: 'secret' }, ImapFlow: old } as const;
  expect(() => imap({ ...base, tls: tlsClient({ host: 'localhost' }) })).toThrow(OptionsError);
  expect(() => imap({ ...base, tls: { pinnedCertificates: ['a'.repeat(64)] } })).toThrow(
    'tls.pinnedCertificates needs imapflow 2.5',
  );
});
