import type { UseContext } from '@pool/core';
import type { ImapPool } from '@pool/imap';
import { available, chaosProxy, dovecot, eventually } from '@pool/testkit';
import type { ImapFlow } from 'imapflow';
import { expect, test } from 'vitest';
import { unfinished } from '../src/connection/unfinished.ts';
import { alice, message, open, serve } from './mail-server.ts';

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state >> 8) % below;
  };
}

type Fault = (mail: ImapPool, cut: () => void) => Promise<unknown>;

/** Everything a careless caller, or a bad day of the network, does to a connection. */
const faults: readonly Fault[] = [
  (mail) => mail.use((client) => void client.getMailboxLock('INBOX').catch(() => {})),
  async (mail) => {
    for await (const _ of mail.streamMailbox('INBOX', {}, (client) => client.fetch('1:*', { uid: true }))) break;
  },
  (mail) => mail.use((client) => void client.list().catch(() => {})),
  (mail) => mail.use((client) => void client.on('exists', () => {}).once('close', () => {})),
  (mail) => mail.use((client) => client.close()),
  (mail) => mail.use((client) => client.logout()),
  (mail) => mail.use((client) => client.mailboxDelete('No such')),
  (mail) => mail.withMailbox('No such', {}, () => {}),
  (mail) =>
    mail.use(() => {
      throw new Error('the caller’s own');
    }),
  (mail) => mail.use((client) => client.status('INBOX', { messages: true }), { workTimeoutMs: 0 }),
  (mail) => {
    const controller = new AbortController();
    const work = async (client: ImapFlow, context: UseContext<ImapFlow>): Promise<void> => {
      setImmediate(() => controller.abort(new Error('called off')));
      while (!context.signal.aborted) await client.noop();
    };
    return mail.withMailbox('INBOX', { signal: controller.signal }, work);
  },
  async (mail, cut) =>
    mail.withMailbox('INBOX', { readOnly: true }, async (client) => {
      cut();
      await client.search({ all: true });
    }),
  (mail) => mail.use((client) => void client.idle()),
];

test.runIf(available(dovecot()))(
  'ten thousand uses, some of which go wrong in every way there is, leave no connection, no lock and no listener behind',
  async () => {
    const server = await serve();
    const proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port('imaps') } });
    const max = 3;
    const mail = open({ ...(await alice(server)), port: proxy.port }, { max, min: max });
    await mail.ready();
    await mail.use((client) => client.append('INBOX', message('hello')));
    const fresh = await mail.use((client) => listeners(client));
    const next = numbers(42);
    const cut = (): void => proxy.connections[next(max)]?.cut('reset');
    let left = 10_000;
    let served = 0;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const dice = next(1_000);
        const fault = dice < 12 ? faults[next(faults.length)] : undefined;
        try {
          if (fault !== undefined) await fault(mail, cut);
          else if (dice < 300) await mail.withMailbox('INBOX', { viewMaxAgeMs: 1_000 }, (client) => client.search({ all: true }));
          else await mail.use((client) => client.noop());
          served += 1;
        } catch {
          // Whoever is hit by it is told; the next one must not be.
        }
      }
    };
    await Promise.all(Array.from({ length: 6 }, lane));
    expect(served).toBeGreaterThan(9_900);
    await eventually(() => mail.stats.idle === max, { what: 'the pool is full' });
    const leases = await Promise.all(Array.from({ length: max }, () => mail.pool.acquire()));
    for (const { value } of leases) {
      expect(unfinished(value)).toEqual({ commands: [], held: [] });
      expect(listeners(value)).toEqual(fresh);
    }
    for (const lease of leases) lease.release();
    expect((await mail.close()).leaked).toEqual([]);
    const { opened, closed, abandoned } = mail.stats.totals;
    expect(Object.values(closed).reduce((sum, count) => sum + count, 0)).toBe(opened);
    expect(abandoned).toBe(0);
    await eventually(() => proxy.connections.length === 0, { what: 'no connection is left on the wire' });
    await proxy.stop();
  },
  90_000,
);

function listeners(client: ImapFlow): Readonly<Record<string, number>> {
  return Object.fromEntries(client.eventNames().map((event) => [String(event), client.listenerCount(event)]));
}
