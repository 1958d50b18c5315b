import { eventually } from '@pool/testkit';
import { describe, expect, test } from 'vitest';
import { open } from './mail-server.ts';
import { next } from './next-change.ts';
import { scriptedImap } from './scripted-imap.ts';

describe('a server that', () => {
  const scripted = {
    host: '127.0.0.1',
    security: 'cleartext',
    credentials: { username: 'alice', password: 'secret' },
  } as const;

  test('knows no IDLE is asked instead', async () => {
    let noops = 0;
    const server = await scriptedImap({
      answers: {
        CAPABILITY: () => '* CAPABILITY IMAP4rev1\r\nTAG OK done',
        NOOP: () => {
          noops += 1;
          return noops === 2 ? '* 3 EXISTS\r\nTAG OK done' : 'TAG OK done';
        },
        SEARCH: () => '* SEARCH 3\r\nTAG OK done',
      },
    });
    const mail = open({ ...scripted, port: server.port }, { max: 1 });
    const watch = mail.watch('INBOX', { idleRestartMs: 20 });
    expect(await next(watch, 'arrived')).toEqual({ kind: 'arrived', uids: [3], exists: 3 });
    await watch.stop();
  });

  test('refuses IDLE is not asked again without end', async () => {
    const server = await scriptedImap({ answers: { IDLE: () => 'TAG NO not now' } });
    const mail = open({ ...scripted, port: server.port }, { max: 1 });
    const watch = mail.watch('INBOX');
    await next(watch, 'started');
    await eventually(() => server.sessions[0]?.lines.some((line) => line.includes('IDLE')), { what: 'it was asked' });
    await watch.stop();
    expect(server.sessions[0]?.lines.filter((line) => line.includes('IDLE'))).toHaveLength(1);
  });

  test('renumbers the mailbox between two connections makes it another one', async () => {
    let validity = 1;
    const server = await scriptedImap({
      answers: {
        EXAMINE: (_args) => {
          validity += 1;
          return `* 2 EXISTS\r\n* OK [UIDVALIDITY ${validity}] x\r\n* OK [UIDNEXT 3] x\r\nTAG OK [READ-ONLY] done`;
        },
      },
    });
    const mail = open({ ...scripted, port: server.port }, { max: 1 });
    const watch = mail.watch('INBOX');
    await next(watch, 'started');
    server.endAll();
    expect(await next(watch, 'missed')).toEqual({
      kind: 'missed',
      why: 'reconnected',
      arrived: [],
      expunged: 0,
      renumbered: true,
      changedSince: undefined,
    });
    await watch.stop();
  });
});
