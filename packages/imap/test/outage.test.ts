import { retry } from '@pool/core';
import { imapErrorClass, imapErrors } from '@pool/imap';
import { available, type ChaosProxy, chaosProxy, dovecot, eventually, kick, type RealServer } from '@pool/testkit';
import type { ImapFlow } from 'imapflow';
import { describe, expect, onTestFinished, test } from 'vitest';
import { socketOf } from '../src/connection/socket-of.ts';
import { alice, failure, message, open, serve } from './mail-server.ts';

async function proxied(server: RealServer): Promise<ChaosProxy> {
  const proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port('imaps') } });
  onTestFinished(async () => {
    // Out of a black hole it hears of clients that have gone in there.
    proxy.behave('pass');
    await eventually(() => proxy.connections.length === 0, { what: 'the proxy knows that its clients are gone' });
    await proxy.stop();
  });
  return proxy;
}

describe.runIf(available(dovecot()))('when Dovecot goes away', () => {
  test('whoever is kicked loses what was in flight, and whoever waits is served', async () => {
    const server = await serve();
    const mail = open(await alice(server), { max: 2, min: 2 });
    await mail.ready();
    let begun = 0;
    const inFlight = [1, 2].map(() =>
      failure(
        mail.withMailbox('INBOX', {}, async (client) => {
          begun += 1;
          await client.idle();
          await client.list();
        }),
      ),
    );
    await eventually(() => begun === 2, { what: 'both are at work' });
    const waiting = Array.from({ length: 5 }, () => mail.use((client) => client.status('INBOX', { messages: true })));
    await eventually(() => mail.stats.waiting === 5, { what: 'five wait' });
    await kick(server, 'alice');
    for (const error of await Promise.all(inFlight)) expect(imapErrorClass(error).name).toBe('lost');
    for (const status of await Promise.all(waiting)) expect(status).toMatchObject({ path: 'INBOX' });
    await eventually(() => mail.stats.idle === 2, { what: 'the pool is full again' });
    expect(mail.stats.totals.closed).toEqual({ broken: 2 });
  });

  test('a goodbye to an idle connection is heard, told, and made good before anybody asks', async () => {
    const server = await serve();
    const mail = open(await alice(server), { max: 1, min: 1 });
    await mail.ready();
    const gone = new Promise<unknown>((resolve) => mail.pool.once('discard', resolve));
    await kick(server, 'alice');
    expect(await gone).toMatchObject({
      reason: 'broken',
      error: { code: 'IMAP_CLOSED', bye: expect.any(String) },
    });
    await eventually(() => mail.stats.idle === 1, { what: 'another one is there' });
  });

  test('a restart under load loses nothing but what was in flight, and with retry nothing at all', async () => {
    const server = await serve();
    const mail = open(await alice(server), { max: 3, acquireTimeoutMs: 15_000 });
    await mail.use((client) => client.mailboxCreate('Retried'));
    const stored: string[] = [];
    const lost: unknown[] = [];
    let over = false;
    const storeOnce = async (number: number): Promise<void> => {
      const subject = `once ${number}`;
      try {
        await mail.use((client) => client.append('INBOX', message(subject)));
        stored.push(subject);
      } catch (error) {
        lost.push(error);
      }
    };
    const storeSurely = retry((subject: string) => mail.use((client) => client.append('Retried', message(subject))), {
      retryOn: imapErrors,
    });
    const load = [0, 1, 2, 3, 4, 5].map(async (lane) => {
      for (let number = lane; !over || number < 60; number += 6) {
        await storeOnce(number);
        await storeSurely(`surely ${number}`);
      }
      return lane;
    });
    await eventually(() => stored.length > 10, { what: 'mail is stored' });
    await server.halt();
    await server.start();
    const before = stored.length;
    await eventually(() => stored.length > before + 10, { what: 'mail is stored again', timeoutMs: 15_000 });
    over = true;
    await Promise.all(load);
    for (const error of lost) expect(imapErrorClass(error).lent).toBe('discard');
    // One for each connection that there was.
    expect(lost.length).toBeLessThanOrEqual(3);
    const kept = await subjects(mail.withMailbox.bind(mail), 'INBOX');
    for (const subject of stored) expect(kept).toContain(subject);
    const surely = await subjects(mail.withMailbox.bind(mail), 'Retried');
    for (let number = 0; number < 60; number += 1) expect(surely).toContain(`surely ${number}`);
  }, 40_000);
});

type InMailbox = <R>(path: string, options: object, work: (client: ImapFlow) => Promise<R>) => Promise<R>;

async function subjects(withMailbox: InMailbox, path: string): Promise<ReadonlySet<string | undefined>> {
  const found = await withMailbox(path, {}, (client) => client.fetchAll('1:*', { envelope: true }));
  return new Set(found.map(({ envelope }) => envelope?.subject));
}

describe.runIf(available(dovecot()))('in a black hole', () => {
  test('an open ends with its limit, whatever those of imapflow say, and the next one works when there is light again', async () => {
    const server = await serve();
    const proxy = await proxied(server);
    const settings = { ...(await alice(server)), port: proxy.port };
    proxy.behave('black-hole');
    const mail = open(settings, { max: 1, openTimeoutMs: 100, acquireTimeoutMs: 500 });
    const error = await failure(mail.use(() => {}));
    expect(error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', cause: { code: 'POOL_OPEN_TIMEOUT' } });
    const patient = open(settings, { max: 1, openTimeoutMs: 3_000 });
    const work = patient.use((client) => client.authenticated);
    proxy.behave('pass');
    expect(await work).toBe(true);
  });

  test('an idle connection is found out by the ping before it is lent', async () => {
    const server = await serve();
    const proxy = await proxied(server);
    const mail = open({ ...(await alice(server)), port: proxy.port }, { max: 1, pingAfterIdleMs: 0, pingTimeoutMs: 200 });
    const first = await mail.use((client) => client);
    for (const connection of proxy.connections) connection.behave('black-hole');
    expect(await mail.use((client) => client !== first && client.usable)).toBe(true);
    expect(mail.stats.totals.closed).toEqual({ 'ping-failed': 1 });
  });

  test('a command ends with the longest silence, and costs the connection its place', async () => {
    const server = await serve();
    const proxy = await proxied(server);
    const mail = open({ ...(await alice(server, { silenceTimeoutMs: 300 })), port: proxy.port }, { max: 1 });
    const stuck = mail.use(async (client) => {
      for (const connection of proxy.connections) connection.behave('black-hole');
      await client.list();
    });
    expect(imapErrorClass(await failure(stuck)).lent).toBe('discard');
    expect(await mail.use((client) => client.authenticated)).toBe(true);
    expect(mail.stats.totals.closed).toEqual({ broken: 1 });
  });
});

test.runIf(available(dovecot()))('silence is counted against a lent connection alone', async () => {
  const server = await serve();
  const mail = open(await alice(server, { silenceTimeoutMs: 12_345 }), { max: 1 });
  const client = await mail.use((lent) => {
    expect(socketOf(lent)).toMatchObject({ timeout: 12_345 });
    return lent;
  });
  expect(socketOf(client)).toMatchObject({ timeout: 0 });
  await mail.use((lent) => expect(socketOf(lent)).toMatchObject({ timeout: 12_345 }));
});
