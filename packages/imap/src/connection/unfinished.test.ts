import { ImapFlow } from 'imapflow';
import { ImapFlow as OldImapFlow } from 'imapflow-without-transport';
import { expect, test } from 'vitest';
import { unfinished } from './unfinished.ts';

test.each([
  ['imapflow as it is', new ImapFlow({ logger: false })],
  ['the oldest imapflow', new OldImapFlow({ logger: false }) as unknown as ImapFlow],
])('of %s it can be told what it is in the middle of', (_release, client) => {
  expect(unfinished(client)).toEqual({ commands: [], held: [] });
  Object.assign(client, { currentRequest: { command: 'LOGIN', attributes: ['secret'] }, requestQueue: [{ command: 'NOOP' }] });
  Object.assign(client, { currentLock: { lockId: 1 }, locks: [{}], _openDownloads: 2 });
  expect(unfinished(client)).toEqual({
    commands: ['LOGIN', 'NOOP'],
    held: ['a mailbox lock', 'a wait for a mailbox lock', 'a download'],
  });
});

test.each(['currentRequest', 'requestQueue', 'currentLock', 'locks', '_openDownloads'])(
  'a release without %s is taken to be in the middle of something',
  (field) => {
    const client = new ImapFlow({ logger: false });
    Reflect.deleteProperty(client, field);
    expect(unfinished(client).held).toEqual(['something that this release of imapflow does not show']);
  },
);
