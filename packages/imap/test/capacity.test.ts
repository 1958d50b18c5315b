import type { ImapFlowClass } from '@pool/imap';
import { available, dovecot, eventually } from '@pool/testkit';
import { ImapFlow as OldImapFlow } from 'imapflow-without-transport';
import { describe, expect, test } from 'vitest';
import { alice, failure, message, open, serve } from './mail-server.ts';
import { type Answer, scriptedImap } from './scripted-imap.ts';

// As far as it is used, it is the same.
const old = OldImapFlow as unknown as ImapFlowClass;

const scripted = {
  host: '127.0.0.1',
  security: 'cleartext',
  credentials: { username: 'alice', password: 'secret' },
} as const;

describe.runIf(available(dovecot()))('a Dovecot that takes two connections of a user', () => {
  test('serves ten callers of a pool of five from those two', async () => {
    const server = await serve({ maxUserConnections: 2 });
    const mail = open(await alice(server), { max: 5, min: 2 });
    // Of logins side by side Dovecot lets more in.
    await mail.ready();
    const capacity = new Promise<unknown>((resolve) => {
      mail.pool.on('notice', ({ code, detail }) => code === 'capacity' && resolve(detail));
    });
    const work = Array.from({ length: 10 }, (_, number) =>
      mail.use(async (client) => {
        await client.append('INBOX', message(`message ${number}`));
        await client.noop();
      }),
    );
    await Promise.all(work);
    expect(await capacity).toMatchObject({ limitForMs: 60_000, error: { cause: { code: 'TLS_AUTH_UNAVAILABLE' } } });
    expect(mail.stats.effectiveMax).toBe(2);
    expect(mail.stats.totals).toMatchObject({ opened: 2, timedOut: 0, refused: 0 });
    expect(await mail.use((client) => client.status('INBOX', { messages: true }))).toMatchObject({ messages: 10 });
  });

  test('lets the pool grow again when it takes more', async () => {
    const server = await serve({ maxUserConnections: 2 });
    const other = open(await alice(server), { max: 1, min: 1 });
    await other.ready();
    const mail = open(await alice(server, { capacityLimitMs: 50 }), { max: 2, min: 1 });
    await mail.ready();
    const limited = new Promise<void>((resolve) => {
      mail.pool.on('notice', ({ code }) => code === 'capacity' && resolve());
    });
    mail.pool.resize({ min: 2 });
    await limited;
    expect(await mail.use((client) => client.authenticated)).toBe(true);
    await other.close();
    await eventually(() => mail.stats.idle === 2, { what: 'the second connection is there' });
  });

  test('is told from a wrong password: the one goes on, the other is over', async () => {
    const server = await serve({ maxUserConnections: 1 });
    const mail = open(await alice(server), { max: 2 });
    // So that the next one is the second.
    const held = await mail.pool.acquire();
    const waiting = mail.use((client) => client.authenticated);
    await eventually(() => mail.stats.totals.openFailed > 0, { what: 'the second one was refused' });
    expect(mail.stats.waiting).toBe(1);
    held.release();
    expect(await waiting).toBe(true);
    const wrong = open(await alice(server, { credentials: { username: 'alice', password: 'wrong' } }), { max: 2 });
    expect((await failure(wrong.use(() => {}))).cause).toMatchObject({ code: 'TLS_AUTH' });
  });
});

const refusals: readonly (readonly [who: string, words: string, opening: unknown])[] = [
  [
    'Dovecot, full',
    'NO [LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)',
    { limitForMs: 60_000 },
  ],
  ['an older Dovecot, full', 'NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded', { limitForMs: 60_000 }],
  ['Gmail, full', 'NO [ALERT] Too many simultaneous connections. (Failure)', { limitForMs: 60_000 }],
  ['Courier, full', 'NO Too many open connections', { limitForMs: 60_000 }],
  ['Yahoo, out of breath', 'NO [LIMIT] LOGIN Rate limit hit', { pauseMs: 60_000 }],
  ['Gmail, out of breath', 'NO [ALERT] Account exceeded command or bandwidth limits. (Failure)', { pauseMs: 60_000 }],
  ['Gmail, in its own words', 'NO [THROTTLED] try later', { pauseMs: 60_000 }],
  ['a server with trouble', 'NO [UNAVAILABLE] Temporary authentication failure', 'retry'],
  ['a server with a bug', 'NO [SERVERBUG] oh no', 'retry'],
  ['Dovecot, of a password', 'NO [AUTHENTICATIONFAILED] Authentication failed.', 'fatal'],
  ['Gmail, of a password', 'NO [ALERT] Application-specific password required', 'fatal'],
  ['whoever says no more', 'NO no', 'fatal'],
];

describe.each([
  ['imapflow as it is', {}],
  ['an imapflow that connects by itself', { ImapFlow: old }],
])('a login refused to %s', (_release, release) => {
  test.each(refusals)('by %s: %s', async (_who, words, opening) => {
    const server = await scriptedImap({ answers: { LOGIN: () => `TAG ${words}` } });
    const mail = open({ ...scripted, ...release, port: server.port }, { max: 1, whenDown: 'refuse', acquireTimeoutMs: 100 });
    const failed = new Promise<Error>((resolve) => mail.pool.once('openError', ({ error }) => resolve(error)));
    await failure(mail.use(() => {}));
    expect((await failed).cause).toMatchObject({ openVerdict: opening });
  });

  test('by Office 365, which logs in, and then says that it did not', async () => {
    const answers: Record<string, Answer> = {
      CAPABILITY: () => '* CAPABILITY IMAP4rev1 NAMESPACE\r\nTAG OK done',
      NAMESPACE: () => 'TAG BAD User is authenticated but not connected.',
    };
    const server = await scriptedImap({ answers });
    const mail = open({ ...scripted, ...release, port: server.port }, { max: 1, acquireTimeoutMs: 100 });
    const failed = new Promise<Error>((resolve) => mail.pool.once('openError', ({ error }) => resolve(error)));
    await failure(mail.use(() => {}));
    expect((await failed).cause).toMatchObject({ openVerdict: { limitForMs: 60_000 } });
  });

  test('by a goodbye instead of a greeting', async () => {
    const server = await scriptedImap({ greeting: '* BYE Too many connections, come back later' });
    const mail = open({ ...scripted, ...release, port: server.port }, { max: 1, acquireTimeoutMs: 100 });
    const failed = new Promise<Error>((resolve) => mail.pool.once('openError', ({ error }) => resolve(error)));
    await failure(mail.use(() => {}));
    expect((await failed).cause).toMatchObject({ openVerdict: { limitForMs: 60_000 } });
  });

  const patience = 'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds';

  test('by a server that asks for patience is known at once, and nothing opens for so long', async () => {
    const server = await scriptedImap({ answers: { LOGIN: () => `TAG ${patience}` } });
    const mail = open({ ...scripted, ...release, port: server.port }, { max: 1, acquireTimeoutMs: 100 });
    const paused = new Promise<unknown>((resolve) => mail.pool.once('notice', (notice) => resolve(notice)));
    const waiting = failure(mail.use(() => {}));
    expect(await paused).toMatchObject({ code: 'paused', detail: { pauseMs: 92_415 } });
    expect(await waiting).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    expect(server.connects).toBe(1);
  });

  test('not, but a command of it: the connection is parked for so long', async () => {
    const server = await scriptedImap({ answers: { STATUS: () => `TAG ${patience}` } });
    const mail = open({ ...scripted, ...release, port: server.port }, { max: 1 });
    const throttled = new Promise<unknown>((resolve) => mail.pool.once('notice', (notice) => resolve(notice)));
    const lease = await mail.pool.acquire();
    lease.value.status('INBOX', { messages: true }).catch(() => {});
    expect(await throttled).toEqual({ code: 'imap-throttled', detail: { forMs: 92_415 } });
    lease.release();
    expect(mail.stats).toMatchObject({ idle: 1, totals: { closed: {} } });
    expect(mail.pool.tryAcquire()).toBe(undefined);
  });
});
