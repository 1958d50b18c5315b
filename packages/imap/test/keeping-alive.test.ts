import { imap } from '@pool/imap';
import { eventually } from '@pool/testkit';
import { expect, test } from 'vitest';
import { failure, open } from './mail-server.ts';
import { scriptedImap } from './scripted-imap.ts';

const scripted = {
  host: '127.0.0.1',
  security: 'cleartext',
  credentials: { username: 'alice', password: 'secret' },
} as const;

test('idle connections say NOOP now and then, each of them, and stay', async () => {
  const server = await scriptedImap();
  const mail = open({ ...scripted, port: server.port }, { max: 3, min: 3, keepAlive: { intervalMs: 20 } });
  await mail.ready();
  const noops = (): readonly number[] => server.sessions.map(({ lines }) => lines.filter((line) => line.endsWith('NOOP')).length);
  await eventually(() => noops().length === 3 && noops().every((count) => count >= 3), { what: 'each has said it three times' });
  expect(mail.stats.totals).toMatchObject({ opened: 3, closed: {} });
});

test('one that does not answer is replaced', async () => {
  let silent = true;
  const server = await scriptedImap({
    answers: {
      NOOP: () => {
        if (!silent) return 'TAG OK done';
        silent = false;
        return undefined;
      },
    },
  });
  const mail = open({ ...scripted, port: server.port }, { max: 1, min: 1, keepAlive: { intervalMs: 20 }, pingTimeoutMs: 50 });
  await eventually(() => mail.stats.totals.closed['ping-failed'] === 1, { what: 'it was found out' });
  expect(await mail.use((client) => client.usable)).toBe(true);
});

test('a ping that imapflow calls a success on a lost connection is none', async () => {
  const server = await scriptedImap();
  const connector = imap({ ...scripted, port: server.port });
  const context = { signal: new AbortController().signal, attempt: 1, poolName: 'mine' };
  const client = await connector.open(context);
  await connector.ping?.(client, context);
  client.noop = async () => client.close();
  expect(await failure(Promise.resolve(connector.ping?.(client, context)))).toMatchObject({ code: 'POOL_CONNECTION' });
});

test('an error of a client that no pool watches, not yet or not any more, is thrown at nobody', async () => {
  const server = await scriptedImap();
  const connector = imap({ ...scripted, port: server.port });
  const client = await connector.open({ signal: new AbortController().signal, attempt: 1, poolName: 'mine' });
  expect(() => client.emit('error', new Error('too early'))).not.toThrow();
  connector.watch?.(client, () => {})();
  expect(() => client.emit('error', new Error('too late'))).not.toThrow();
  connector.destroy?.(client);
});
