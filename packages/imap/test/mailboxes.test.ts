import { OptionsError } from '@pool/core';
import { type ImapPool, WorkNotBegunError } from '@pool/imap';
import { available, dovecot, type RealServer, realServer } from '@pool/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alice, failure, message, open } from './mail-server.ts';
import { scriptedImap } from './scripted-imap.ts';
import { type WireTap, wireTap } from './wire-tap.ts';

describe.runIf(available(dovecot()))('the mailboxes of Dovecot', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await realServer(dovecot());
  });
  afterAll(() => server.stop());

  /** A pool of two warm connections, and what they say. */
  async function tapped(): Promise<{ readonly mail: ImapPool; readonly tap: WireTap }> {
    const tap = await wireTap(server.port('imap'));
    const mail = open({ ...(await alice(server, { security: 'cleartext' })), port: tap.port }, { max: 2, min: 2 });
    await mail.ready();
    return { mail, tap };
  }

  async function create(...paths: readonly string[]): Promise<void> {
    const mail = open(await alice(server), { max: 1 });
    await mail.use(async (client) => {
      for (const path of paths) if (!(await client.list()).some((box) => box.path === path)) await client.mailboxCreate(path);
    });
    await mail.close();
  }

  test('work in two of them by turns selects each of them once', async () => {
    await create('Archive');
    const { mail, tap } = await tapped();
    for (let round = 0; round < 5; round += 1) {
      for (const path of ['INBOX', 'Archive']) {
        await mail.withMailbox(path, {}, (client) => expect(client.mailbox).toMatchObject({ path }));
      }
    }
    expect(tap.commands.filter((command) => command.startsWith('SELECT'))).toEqual(['SELECT INBOX', 'SELECT Archive']);
  });

  test('without affinity the same work would select again and again', async () => {
    await create('Archive');
    const { mail, tap } = await tapped();
    for (let round = 0; round < 5; round += 1) {
      for (const path of ['INBOX', 'Archive']) await mail.withMailbox(path, { prefer: ['none'] }, () => {});
      await mail.withMailbox('INBOX', { prefer: ['none'] }, () => {});
    }
    expect(tap.count('SELECT')).toBeGreaterThan(5);
  });

  test('one connection has it for reading, and another one for writing', async () => {
    const { mail, tap } = await tapped();
    for (let round = 0; round < 3; round += 1) {
      await mail.withMailbox('INBOX', { readOnly: true }, (client) => expect(client.mailbox).toMatchObject({ readOnly: true }));
      await mail.withMailbox('INBOX', {}, (client) => expect(client.mailbox).toMatchObject({ readOnly: false }));
    }
    expect([tap.count('EXAMINE'), tap.count('SELECT')]).toEqual([1, 1]);
  });

  test('of a third mailbox the connection is taken that was used longest ago', async () => {
    await create('Archive', 'Sent');
    const { mail, tap } = await tapped();
    for (const path of ['INBOX', 'Archive', 'Sent', 'Archive']) await mail.withMailbox(path, {}, () => {});
    expect(tap.commands.filter((command) => command.startsWith('SELECT'))).toEqual([
      'SELECT INBOX',
      'SELECT Archive',
      'SELECT Sent',
    ]);
  });

  test('a name that the server writes differently has affinity, too', async () => {
    const { mail, tap } = await tapped();
    for (let round = 0; round < 3; round += 1) {
      await mail.withMailbox('inbox', {}, () => {});
      await mail.use((client) => client.status('INBOX', { messages: true }));
    }
    expect(tap.count('SELECT')).toBe(1);
  });

  test('what another connection has stored is found on one that has the mailbox selected since before', async () => {
    await create('Fresh');
    const { mail, tap } = await tapped();
    const search = (viewMaxAgeMs: number) =>
      mail.withMailbox('Fresh', { readOnly: true, viewMaxAgeMs }, (client) => client.search({ all: true }, { uid: true }));
    expect(await search(0)).toEqual([]);
    const other = open(await alice(server), { max: 1 });
    await other.use((client) => client.append('Fresh', message('new')));
    // That is what the NOOP is for.
    expect(await search(Infinity)).toEqual([]);
    expect(await search(0)).toEqual([1]);
    expect([tap.count('EXAMINE'), tap.count('NOOP')]).toEqual([1, 1]);
    expect(await search(60_000)).toEqual([1]);
    expect(tap.count('NOOP')).toBe(1);
  });

  test('a mailbox that is not there is refused, and the connection stays', async () => {
    const { mail } = await tapped();
    expect(await failure(mail.withMailbox('No such', {}, () => {}))).toMatchObject({
      mailboxMissing: true,
      responseStatus: 'NO',
    });
    expect(await failure(mail.use((client) => client.mailboxDelete('No such')))).toMatchObject({ responseStatus: 'NO' });
    expect(mail.stats.totals.closed).toEqual({});
  });

  test('a stream of a mailbox gives message after message, and may be left at any of them', async () => {
    await create('Stream');
    const { mail } = await tapped();
    await mail.use(async (client) => {
      for (let number = 1; number <= 20; number += 1) await client.append('Stream', message(`message ${number}`));
    });
    const subjects = async (most: number): Promise<readonly (string | undefined)[]> => {
      const found: (string | undefined)[] = [];
      for await (const { envelope } of mail.streamMailbox('Stream', { readOnly: true }, (client) =>
        client.fetch('1:*', { envelope: true }),
      )) {
        found.push(envelope?.subject);
        if (found.length === most) break;
      }
      return found;
    };
    expect((await subjects(Infinity)).at(-1)).toBe('message 20');
    expect(await subjects(2)).toEqual(['message 1', 'message 2']);
    expect(await subjects(20)).toHaveLength(20);
    expect(mail.stats.totals.closed).toEqual({});
  });

  test('work that throws gives the mailbox and the connection back', async () => {
    const { mail } = await tapped();
    for (let round = 0; round < 5; round += 1) {
      const work = mail.withMailbox('INBOX', {}, () => {
        throw new Error('my own');
      });
      expect((await failure(work)).message).toBe('my own');
    }
    expect([mail.stats.idle, mail.stats.totals.closed]).toEqual([2, {}]);
  });
});

describe('a connection that is lost before its mailbox was selected', () => {
  test('is replaced, and the work done on another one', async () => {
    let selects = 0;
    const server = await scriptedImap({
      answers: {
        SELECT: (_args, session) => {
          selects += 1;
          if (selects > 2) return '* 7 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\nTAG OK done';
          session.end('reset');
          return undefined;
        },
      },
    });
    const mail = open({ ...scripted, port: server.port });
    let begun = 0;
    const exists = await mail.withMailbox('INBOX', {}, (client) => {
      begun += 1;
      return client.mailbox === false ? undefined : client.mailbox.exists;
    });
    expect([exists, begun]).toEqual([7, 1]);
  });

  test('again and again is told, as an error that says that nothing was begun', async () => {
    const server = await scriptedImap({ answers: { SELECT: (_args, session) => void session.end('reset') as undefined } });
    const mail = open({ ...scripted, port: server.port });
    const inMailbox = await failure(mail.withMailbox('INBOX', {}, () => {}));
    expect(inMailbox).toBeInstanceOf(WorkNotBegunError);
    expect(inMailbox).toMatchObject({ code: 'IMAP_WORK_NOT_BEGUN', path: 'INBOX' });
    const stream = mail.streamMailbox('INBOX', {}, (client) => client.fetch('1:*', { uid: true }));
    expect(await failure(stream.next())).toBeInstanceOf(WorkNotBegunError);
    expect(mail.stats.totals.opened).toBe(6);
  });

  test('when it turns out while its view is refreshed, too', async () => {
    let noops = 0;
    const server = await scriptedImap({
      answers: {
        NOOP: (_args, session) => {
          noops += 1;
          if (noops > 1) return 'TAG OK done';
          session.end('reset');
          return undefined;
        },
      },
    });
    const mail = open({ ...scripted, port: server.port }, { max: 1 });
    for (let round = 1; round <= 3; round += 1) await mail.withMailbox('INBOX', {}, () => {});
    expect(noops).toBe(2);
  });
});

test('options that make no sense are refused, each by its name', async () => {
  const mail = open({ ...scripted, port: 1 });
  for (const [path, options, named] of [
    ['', {}, 'path'],
    ['INBOX', { readOnly: 1 }, 'readOnly'],
    ['INBOX', { viewMaxAgeMs: -1 }, 'viewMaxAgeMs'],
  ] as const) {
    const given = options as Parameters<ImapPool['withMailbox']>[1];
    const error = await failure(mail.withMailbox(path, given, () => {}));
    expect(error).toBeInstanceOf(OptionsError);
    expect(error.message).toContain(named);
    expect(await failure(mail.streamMailbox(path, given, (client) => client.fetch('1', {})).next())).toBeInstanceOf(OptionsError);
  }
});

const scripted = {
  host: '127.0.0.1',
  security: 'cleartext',
  credentials: { username: 'alice', password: 'secret' },
} as const;
