import { available, chaosProxy, dovecot, eventually, kick, type RealServer, realServer } from '@pool/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { alice, failure, message, open, serve } from './mail-server.ts';
import { next } from './next-change.ts';
import { wireTap } from './wire-tap.ts';

describe.runIf(available(dovecot()))('watching a mailbox of Dovecot', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await realServer(dovecot({ config: 'imap_idle_notify_interval = 1s' }));
  });
  afterAll(() => server.stop());

  /** A mailbox of its own for each test. */
  async function mailbox(path: string): Promise<void> {
    const mail = open(await alice(server), { max: 1 });
    await mail.use((client) => client.mailboxCreate(path));
    await mail.close();
  }

  test('tells what arrives, what is flagged and what is expunged, as it happens', async () => {
    await mailbox('Lively');
    const mail = open(await alice(server));
    const watch = mail.watch('Lively');
    expect(await watch.next()).toMatchObject({ value: { kind: 'started', mailbox: { exists: 0, uidNext: 1 } } });
    await mail.use((client) => client.append('Lively', message('one')));
    expect(await next(watch, 'arrived')).toEqual({ kind: 'arrived', uids: [1], exists: 1 });
    await mail.withMailbox('Lively', {}, (client) => client.messageFlagsAdd('1', ['\\Flagged'], { uid: true }));
    const flagged = await next(watch, 'flags');
    expect(flagged).toMatchObject({ sequence: 1 });
    expect([...flagged.flags]).toContain('\\Flagged');
    await mail.withMailbox('Lively', {}, (client) => client.messageDelete('1', { uid: true }));
    expect(await next(watch, 'expunged')).toMatchObject({ sequence: 1 });
    await watch.stop();
    expect(mail.stats).toMatchObject({ idle: 2, totals: { closed: {} } });
  });

  test('goes on after the connection was lost, and tells what was missed', async () => {
    await mailbox('Missed');
    const other = open(await alice(server), { max: 1 });
    await other.use(async (client) => {
      for (const subject of ['one', 'two', 'three']) await client.append('Missed', message(subject));
    });
    const mail = open(await alice(server), { max: 1 });
    const watch = mail.watch('Missed');
    const started = await next(watch, 'started');
    const missed = next(watch, 'missed');
    const lost = new Promise((resolve) => mail.pool.once('discard', resolve));
    mail.pool.suspend();
    await kick(server, 'alice');
    await lost;
    await other.withMailbox('Missed', {}, async (client) => {
      await client.messageDelete('1:2', { uid: true });
      await client.append('Missed', message('four'));
      await client.messageFlagsAdd('3', ['\\Seen'], { uid: true });
    });
    mail.pool.resume();
    expect(await missed).toEqual({
      kind: 'missed',
      why: 'reconnected',
      arrived: [4],
      expunged: 2,
      renumbered: false,
      changedSince: started.mailbox.highestModseq,
    });
    const { changedSince } = await missed;
    const changed = await other.withMailbox('Missed', {}, (client) =>
      client.fetchAll('1:*', { flags: true, uid: true }, { ...(changedSince !== undefined && { changedSince }) }),
    );
    expect(changed.map(({ uid }) => uid)).toContain(3);
    await other.use((client) => client.append('Missed', message('five')));
    expect(await next(watch, 'arrived')).toMatchObject({ uids: [5] });
    await watch.stop();
  });

  test('takes a connection that counts, and gives it back when the loop is left', async () => {
    const mail = open(await alice(server), { max: 1 });
    for await (const { kind } of mail.watch('INBOX')) {
      expect(kind).toBe('started');
      const error = await failure(mail.use(() => {}, { timeoutMs: 20 }));
      expect(error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
      break;
    }
    expect(await mail.use((client) => client.idling)).toBe(false);
    expect(mail.stats.totals.opened).toBe(1);
  });

  test('begins IDLE anew again and again, on the same connection', async () => {
    const tap = await wireTap(server.port('imap'));
    const mail = open({ ...(await alice(server, { security: 'cleartext' })), port: tap.port }, { max: 1 });
    const watch = mail.watch('INBOX', { idleRestartMs: 20 });
    await next(watch, 'started');
    await eventually(() => tap.count('IDLE') >= 3, { what: 'IDLE was begun three times' });
    await watch.stop();
    expect(mail.stats.totals.opened).toBe(1);
  });

  test('notices in a black hole that nobody answers, and goes on elsewhere', async () => {
    const proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port('imaps') } });
    onTestFinished(async () => {
      proxy.behave('pass');
      await eventually(() => proxy.connections.length === 0, { what: 'the proxy knows that its clients are gone' });
      await proxy.stop();
    });
    const mail = open({ ...(await alice(server)), port: proxy.port }, { max: 1 });
    const watch = mail.watch('INBOX', { idleRestartMs: 100, answerTimeoutMs: 300 });
    await next(watch, 'started');
    for (const connection of proxy.connections) connection.behave('black-hole');
    expect(await next(watch, 'missed')).toMatchObject({ why: 'reconnected', arrived: [], expunged: 0 });
    await watch.stop();
  });

  test('moves to another connection when its own is to be replaced', async () => {
    const mail = open(await alice(server), { max: 1 });
    const watch = mail.watch('INBOX');
    await next(watch, 'started');
    mail.pool.recycle();
    expect(await next(watch, 'missed')).toMatchObject({ arrived: [], expunged: 0, renumbered: false });
    expect(mail.stats.totals.closed).toEqual({ recycled: 1 });
    await watch.stop();
  });

  test('ends with its pool', async () => {
    const mail = open(await alice(server), { max: 1 });
    const watch = mail.watch('INBOX');
    await next(watch, 'started');
    const last = watch.next();
    await mail.close();
    expect(await last).toEqual({ done: true, value: undefined });
    expect(mail.stats.totals.closed).toEqual({ 'pool-closed': 1 });
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  test('is ended by its signal, which the loop is told', async () => {
    const mail = open(await alice(server), { max: 1 });
    const controller = new AbortController();
    const watch = mail.watch('INBOX', { signal: controller.signal });
    await next(watch, 'started');
    const last = failure(watch.next());
    controller.abort(new Error('enough'));
    expect((await last).message).toBe('enough');
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    expect(await mail.use((client) => client.usable)).toBe(true);
    expect(mail.stats.totals.opened).toBe(1);
    const late = mail.watch('INBOX', { signal: controller.signal });
    expect((await failure(late.next())).message).toBe('enough');
  });

  test('throws where there is no such mailbox, and where nobody may log in', async () => {
    const mail = open(await alice(server), { max: 1 });
    expect(await failure(mail.watch('No such').next())).toMatchObject({ mailboxMissing: true });
    const wrong = open(await alice(server, { credentials: { username: 'alice', password: 'wrong' } }), { max: 1 });
    expect((await failure(wrong.watch('INBOX').next())).cause).toMatchObject({ code: 'TLS_AUTH' });
  });

  test('waits for a server that is away for as long as that takes', async () => {
    const own = await serve();
    const mail = open(await alice(own), { max: 1, acquireTimeoutMs: 1_000, openBackoff: () => 20 });
    const watch = mail.watch('INBOX');
    await next(watch, 'started');
    const missed = next(watch, 'missed');
    await own.halt();
    await eventually(() => mail.stats.totals.openFailed > 3, { what: 'it has tried in vain' });
    expect(await failure(mail.use(() => {}))).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    await own.start();
    expect(await missed).toMatchObject({ why: 'reconnected' });
    await watch.stop();
  });

  test('sums up what a slow loop did not fetch', async () => {
    await mailbox('Busy');
    const mail = open(await alice(server));
    const watch = mail.watch('Busy', { maxPending: 2 });
    const { mailbox: before } = await next(watch, 'started');
    await mail.withMailbox('Busy', {}, async (client) => {
      for (let number = 1; number <= 4; number += 1) await client.append('Busy', message(`message ${number}`));
      for (let round = 1; round <= 4; round += 1) {
        await client.messageFlagsAdd('1:4', ['\\Seen']);
        await client.messageFlagsRemove('1:4', ['\\Seen']);
      }
      await client.messageDelete('1', { uid: true });
    });
    const seen = new Set<number>();
    let gone = 0;
    const kinds: string[] = [];
    // What comes last of all.
    const done = mail.use((client) => client.append('Busy', message('last')));
    while (!seen.has(5)) {
      await done;
      const { value } = await watch.next();
      if (value === undefined) throw new Error('it ended');
      kinds.push(value.kind);
      if (value.kind === 'arrived' || value.kind === 'missed')
        for (const uid of value.kind === 'arrived' ? value.uids : value.arrived) seen.add(uid);
      if (value.kind === 'expunged') gone += 1;
      if (value.kind === 'missed') gone += value.expunged;
    }
    expect([...seen].every((uid) => uid >= before.uidNext)).toBe(true);
    expect(gone).toBeLessThanOrEqual(1);
    expect(kinds.length).toBeLessThan(20);
    await watch.stop();
  });
});
