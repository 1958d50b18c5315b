import { ImapFlow } from 'imapflow';
import { expect, test } from 'vitest';
import type { ImapOptions } from '../options/imap-options.ts';
import { resolveImapOptions } from '../options/resolve-imap-options.ts';
import { flowOptions, withoutSocket } from './flow-options.ts';
import { throttleLogger } from './throttle-logger.ts';

const base: ImapOptions = { host: 'mail.example.test', credentials: { username: 'alice', password: 'secret' } };
const logger = throttleLogger(false, () => {});

test('no limit of imapflow comes before that of the pool, and no IDLE begins by itself', () => {
  const options = flowOptions(resolveImapOptions(base), { username: 'alice', password: 'secret' }, logger);
  expect(options).toMatchObject({
    disableAutoIdle: true,
    connectionTimeout: 2 ** 31 - 1,
    greetingTimeout: 2 ** 31 - 1,
    socketTimeout: 300_000,
    auth: { user: 'alice', pass: 'secret' },
  });
  const silent = flowOptions(
    resolveImapOptions({ ...base, silenceTimeoutMs: Infinity }),
    { username: 'a', password: 'b' },
    logger,
  );
  expect(silent.socketTimeout).toBe(2 ** 31 - 1);
});

test('what the user gives is passed on', () => {
  const settings = resolveImapOptions({ ...base, loginMethod: 'LOGIN', flow: { clientInfo: { name: 'mine' }, qresync: true } });
  const options = flowOptions(settings, { username: 'alice', password: 'secret', authorizeAs: 'bob' }, logger);
  expect(options).toMatchObject({
    clientInfo: { name: 'mine' },
    qresync: true,
    auth: { loginMethod: 'LOGIN', authzid: 'bob' },
  });
  expect(flowOptions(settings, { username: 'alice', accessToken: 'x' }, logger).auth).toEqual({
    user: 'alice',
    accessToken: 'x',
  });
});

test('an imapflow that connects by itself verifies certificates whatever the environment says, and hears only what is Node’s', () => {
  class Old extends ImapFlow {
    static override version = '2.1.2';
  }
  const settings = (more: Partial<ImapOptions>) => resolveImapOptions({ ...base, ...more, ImapFlow: Old });
  expect(
    withoutSocket(settings({ tls: { minVersion: 'TLSv1.3', sessionCacheSize: 3 }, tcp: { localAddress: '127.0.0.1' } })),
  ).toEqual({ secure: true, tls: { minVersion: 'TLSv1.3', localAddress: '127.0.0.1', rejectUnauthorized: true } });
  expect(withoutSocket(settings({ security: 'starttls' }))).toMatchObject({ secure: false, doSTARTTLS: true });
  expect(withoutSocket(settings({ security: 'cleartext' }))).toMatchObject({ secure: false, doSTARTTLS: false });
});
