import { Pool } from '@pool/core';
import { imap } from '@pool/imap';
import { available, dovecot, eventually, type RealServer, realServer } from '@pool/testkit';
import type { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { alice, failure, message, open } from './mail-server.ts';
import { scriptedImap } from './scripted-imap.ts';
import { wireTap } from './wire-tap.ts';

type Notice = { readonly code: string; readonly detail: unknown };

function notices(pool: Pool<ImapFlow>): readonly Notice[] {
  const told: Notice[] = [];
  pool.on('notice', ({ code, detail }) => told.push({ code, detail }));
  return told;
}

describe.runIf(available(dovecot()))('a connection that comes back to its pool', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await realServer(dovecot());
  });
  afterAll(() => server.stop());

  test.each([
    ['a mailbox lock', (client: ImapFlow) => client.getMailboxLock('INBOX'), ['a mailbox lock']],
    [
      'a wait for another lock',
      async (client: ImapFlow) => {
        await client.getMailboxLock('INBOX');
        client.getMailboxLock('INBOX').catch(() => {});
      },
      ['a mailbox lock', 'a wait for a mailbox lock'],
    ],
    [
      'the listeners of the pool taken off',
      async (client: ImapFlow) => void client.removeAllListeners('error').on('error', () => {}),
      ['without the listeners of the pool'],
    ],
  ])('with %s is closed, and that is said once', async (_what, work, left) => {
    const mail = open(await alice(server), { max: 1 });
    const told = notices(mail.pool);
    await mail.use(async (client) => void (await work(client)));
    await mail.use((client) => client.noop());
    expect(mail.stats.totals.closed).toEqual({ unclean: 1 });
    expect(told).toEqual([{ code: 'imap-unclean', detail: { left } }]);
  });

  test('with a download that was not read is closed', async () => {
    const mail = open(await alice(server), { max: 1 });
    await mail.use((client) => client.append('INBOX', message('large', 'x'.repeat(70).concat('\r\n').repeat(20_000))));
    await mail.withMailbox('INBOX', {}, async (client) => {
      const download = await client.download('*', undefined, { chunkSize: 1_000 });
      expect('content' in download).toBe(true);
      if ('content' in download) download.content?.on('error', () => {});
    });
    await mail.use((client) => client.noop());
    expect(mail.stats.totals.closed).toEqual({ unclean: 1 });
  });

  test('in IDLE, or with a command nobody waited for, is put in order, and that is said once', async () => {
    const mail = open(await alice(server), { max: 1 });
    const told = notices(mail.pool);
    await mail.use(async (client) => {
      await client.mailboxOpen('INBOX');
      void client.idle();
    });
    await mail.use((client) => void client.list());
    expect(await mail.use((client) => client.status('INBOX', { messages: true }))).toMatchObject({ path: 'INBOX' });
    expect(told).toEqual([
      { code: 'imap-cleaned', detail: { commands: ['IDLE'], listeners: [] } },
      { code: 'imap-cleaned', detail: { commands: ['LIST'], listeners: [] } },
    ]);
    expect(mail.stats.totals.closed).toEqual({});
  });

  test('to a plain pool in the middle of a command is closed', async () => {
    const pool = new Pool(imap(await alice(server)), { max: 1 });
    onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
    await pool.use((client) => void client.list().catch(() => {}));
    await pool.use((client) => client.noop());
    expect(pool.stats.totals.closed).toEqual({ unclean: 1 });
  });

  test('with listeners of its holder has them taken off, and that is said once', async () => {
    const mail = open(await alice(server), { max: 1, init: (client) => void client.on('alert', () => {}) });
    const told = notices(mail.pool);
    const counts = (client: ImapFlow): readonly (readonly [string, number])[] =>
      client.eventNames().map((event) => [String(event), client.listenerCount(event)]);
    const before = await mail.use(counts);
    await mail.use((client) => void client.on('exists', () => {}).once('close', () => {}));
    expect(await mail.use(counts)).toEqual(before);
    expect(before).toContainEqual(['alert', 1]);
    expect(told).toEqual([
      { code: 'imap-cleaned', detail: { commands: [], listeners: expect.arrayContaining(['exists', 'close']) } },
    ]);
  });

  test('keeps what is marked as deleted, whatever was selected, and whatever is selected next', async () => {
    const tap = await wireTap(server.port('imap'));
    const mail = open({ ...(await alice(server, { security: 'cleartext' })), port: tap.port }, { max: 1 });
    await mail.use(async (client) => {
      await client.mailboxCreate('Deleted');
      await client.append('Deleted', message('keep me'), ['\\Deleted']);
    });
    await mail.withMailbox('Deleted', {}, () => {});
    await mail.withMailbox('INBOX', {}, () => {});
    await mail.withMailbox('Deleted', {}, () => {});
    await mail.close();
    const other = open(await alice(server), { max: 1 });
    expect(await other.use((client) => client.status('Deleted', { messages: true }))).toMatchObject({ messages: 1 });
    for (const command of ['CLOSE', 'EXPUNGE', 'UID EXPUNGE']) expect(tap.count(command)).toBe(0);
    expect(tap.count('LOGOUT')).toBe(1);
  });

  test('after NO and BAD is lent again, and after BYE is not', async () => {
    const mail = open(await alice(server), { max: 1 });
    expect(await failure(mail.use((client) => client.mailboxDelete('No such')))).toMatchObject({ responseStatus: 'NO' });
    await mail.withMailbox('INBOX', {}, (client) => client.search({ header: { 'x y': 'z' } }));
    expect(mail.stats.totals.closed).toEqual({});
    await mail.use((client) => client.logout());
    await mail.use((client) => client.noop());
    expect(mail.stats.totals.closed).toEqual({ broken: 1 });
  });
});

describe('a FETCH that was left early', () => {
  test('and does not end soon costs the connection its place', async () => {
    const server = await scriptedImap({ answers: { FETCH: () => '* 1 FETCH (UID 1)\r\n* 2 FETCH (UID 2)' } });
    const mail = open({ ...scripted, port: server.port }, { max: 1 });
    for await (const { uid } of mail.streamMailbox('INBOX', {}, (client) => client.fetch('1:*', { uid: true }))) {
      expect(uid).toBe(1);
      break;
    }
    await mail.use((client) => client.noop());
    expect(mail.stats.totals.closed).toEqual({ unclean: 1 });
  });
});

describe('after an answer', () => {
  test.each([
    ['that nobody can read', 'TAG OK [x (', { broken: 1 }],
    ['that is a BAD of no command', 'BAD what is this', { broken: 1 }],
    ['that is a refusal the connection stays', 'TAG BAD what is this', {}],
    ['that is a goodbye', '* BYE too long, thank you', { broken: 1 }],
  ])('%s, it is as it should be', async (_what, answer, closed) => {
    const server = await scriptedImap({ answers: { DELETE: () => answer } });
    const mail = open({ ...scripted, port: server.port }, { max: 1 });
    await mail.use((client) => client.mailboxDelete('x')).catch(() => {});
    await mail.use((client) => client.noop());
    await eventually(() => expect(mail.stats.totals.closed).toEqual(closed), { timeoutMs: 2_000 });
  });
});

const scripted = {
  host: '127.0.0.1',
  security: 'cleartext',
  credentials: { username: 'alice', password: 'secret' },
} as const;
