import { OptionsError } from '@pool/core';
import { ImapAccounts, type ImapAccountsOptions } from '@pool/imap';
import { available, dovecot, type RealServer, realServer } from '@pool/testkit';
import { tlsInfo } from '@pool/tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { socketOf } from '../src/connection/socket-of.ts';
import { alice, failure, message } from './mail-server.ts';

const names = ['alice', 'bob', 'carol'];

describe.runIf(available(dovecot()))('the accounts of a server', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await realServer(dovecot({ users: Object.fromEntries(names.map((name) => [name, `secret of ${name}`])) }));
  });
  afterAll(() => server.stop());

  async function accounts(options: Partial<ImapAccountsOptions<string>> = {}): Promise<ImapAccounts<string>> {
    const base = await alice(server);
    const made = new ImapAccounts(
      (name: string) => ({ ...base, credentials: { username: name, password: `secret of ${name}` } }),
      { maxPerKey: 2, ...options },
    );
    onTestFinished(async () => void (await made.close({ drainTimeoutMs: 0 })));
    return made;
  }

  test('never share a connection, whatever each of them does', async () => {
    const mail = await accounts();
    const owners = new Map<unknown, string>();
    await Promise.all(
      Array.from({ length: 30 }, (_, number) => names[number % names.length] ?? '').map((name) =>
        mail.at(name).use(async (client) => {
          expect(owners.get(client) ?? name).toBe(name);
          owners.set(client, name);
          await client.append('INBOX', message(`for ${name}`));
        }),
      ),
    );
    for (const name of names) {
      const found = await mail
        .at(name)
        .withMailbox('INBOX', { readOnly: true }, (client) => client.fetchAll('1:*', { envelope: true }));
      expect(new Set(found.map(({ envelope }) => envelope?.subject))).toEqual(new Set([`for ${name}`]));
    }
    expect(mail.size).toBe(3);
  });

  test.each([
    ['over all of them', { maxTotal: 2 }],
    ['of their server', { maxPerHost: 2 }],
  ])('make room for each other under a limit %s', async (_which, limit) => {
    const mail = await accounts(limit);
    for (let round = 0; round < 2; round += 1) {
      for (const name of names) {
        await mail.at(name).use((client) => client.noop());
        const live = [...mail.pools].reduce((sum, [, { stats }]) => sum + stats.idle + stats.leased + stats.closing, 0);
        expect(live).toBeLessThanOrEqual(2);
      }
    }
    const reasons = [...mail.pools].flatMap(([, { stats }]) => Object.keys(stats.totals.closed));
    expect(new Set(reasons)).toEqual(new Set(['budget']));
  });

  test('have one pool each, with all that one has', async () => {
    const mail = await accounts({ perKey: (name) => ({ name: `mail of ${name}` }) });
    expect(mail.at('alice')).toBe(mail.at('alice'));
    expect(mail.at('alice').pool.name).toBe('mail of alice');
    const watch = mail.at('bob').watch('INBOX');
    expect((await watch.next()).value).toMatchObject({ kind: 'started' });
    await mail.close();
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    expect(() => mail.at('alice')).toThrow('is closed');
  });

  test('with a wrong password shuts out its owner alone', async () => {
    const base = await alice(server);
    const mail = new ImapAccounts((name: string) => ({ ...base, credentials: { username: name, password: 'secret of bob' } }), {
      maxPerKey: 1,
    });
    onTestFinished(async () => void (await mail.close()));
    expect((await failure(mail.at('alice').use(() => {}))).cause).toMatchObject({ code: 'TLS_AUTH' });
    expect(await mail.at('bob').use((client) => client.authenticated)).toBe(true);
  });
});

test.runIf(available(dovecot()))('accounts of one server share its TLS sessions', async () => {
  const server = await realServer(dovecot({ users: { alice: 'secret', bob: 'secret' } }));
  onTestFinished(() => server.stop());
  const { tls, ...base } = await alice(server);
  const mail = new ImapAccounts((name: string) => ({ ...base, tls, credentials: { username: name, password: 'secret' } }), {
    maxPerKey: 1,
  });
  onTestFinished(async () => void (await mail.close()));
  const resumed = (name: string): Promise<boolean | undefined> =>
    mail.at(name).use((client) => {
      const socket = socketOf(client);
      return socket && tlsInfo(socket)?.resumed;
    });
  expect([await resumed('alice'), await resumed('bob')]).toEqual([false, true]);
});

test('options that make no sense are refused', () => {
  const server = () => ({ host: 'localhost', credentials: { username: 'alice', password: 'secret' } });
  expect(() => new ImapAccounts(server, { maxPerKey: 1, maxPerHost: 0 })).toThrow(OptionsError);
  expect(() => new ImapAccounts(server, { maxPerKey: 0 })).toThrow(OptionsError);
  expect(() => new ImapAccounts(undefined as unknown as typeof server, { maxPerKey: 1 })).toThrow(OptionsError);
});
