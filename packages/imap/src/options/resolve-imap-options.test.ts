import { OptionsError } from '@pool/core';
import { tlsClient } from '@pool/tls';
import { expect, test } from 'vitest';
import type { ImapOptions } from './imap-options.ts';
import { resolveImapOptions } from './resolve-imap-options.ts';

const base: ImapOptions = { host: 'mail.example.test', credentials: { username: 'alice', password: 'hush-hush' } };

/** The error for these options, on top of good ones. */
function refusal(options: object): OptionsError {
  try {
    resolveImapOptions({ ...base, ...options });
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

test('the port goes with the security, unless it is given', () => {
  expect(resolveImapOptions(base)).toMatchObject({ security: 'tls', port: 993, ownSockets: true });
  expect(resolveImapOptions({ ...base, security: 'starttls' }).port).toBe(143);
  expect(resolveImapOptions({ ...base, security: 'cleartext' })).toMatchObject({ port: 143, tls: undefined });
  expect(resolveImapOptions({ ...base, port: 1993 }).port).toBe(1993);
});

test('a TLS client that is given is the one that is used', () => {
  const tls = tlsClient({ host: 'mail.example.test' });
  expect(resolveImapOptions({ ...base, tls }).tls).toBe(tls);
});

test.each([
  ['host', { host: '' }],
  ['port', { port: 0 }],
  ['security', { security: 'ssl' }],
  ['credentials', { credentials: undefined }],
  ['credentials.username', { credentials: { username: '', password: 'x' } }],
  ['credentials.password', { credentials: { username: 'alice' } }],
  ['credentials.password', { credentials: { username: 'alice', password: 7 } }],
  ['credentials.accessToken', { credentials: { username: 'alice', accessToken: '' } }],
  ['credentials.accessToken', { credentials: { username: 'alice', password: 'x', accessToken: 'y' } }],
  ['credentials.expiresAt', { credentials: { username: 'alice', accessToken: 'y', expiresAt: 'tomorrow' } }],
  ['credentials.authorizeAs', { credentials: { username: 'alice', password: 'x', authorizeAs: '' } }],
  ['loginMethod', { loginMethod: 'CRAM-MD5' }],
  ['silenceTimeoutMs', { silenceTimeoutMs: 0 }],
  ['logoutTimeoutMs', { logoutTimeoutMs: -1 }],
  ['capacityLimitMs', { capacityLimitMs: Number.NaN }],
  ['flow', { flow: null }],
  ['flow.socketTimeout', { flow: { socketTimeout: 1 } }],
  ['flow.auth', { flow: { auth: { user: 'x' } } }],
  ['tls.localAddress', { tls: { localAddress: '127.0.0.1' } }],
  ['tls.port', { tls: { port: 1 } }],
  ['rejectUnauthorized', { tls: { rejectUnauthorized: false } }],
  ['path', { tcp: { path: '/tmp/socket' } }],
  ['keepAliveInitialDelay', { tcp: { keepAliveInitialDelay: 5 } }],
  ['ImapFlow', { ImapFlow: {} }],
  ['pass', { pass: 'hush-hush' }],
])('%s is refused by its name', (option, options) => {
  const error = refusal(options);
  expect(error.option).toBe(option);
  expect(error.message).not.toContain('hush');
});

test('no options at all are refused, too', () => {
  expect(() => resolveImapOptions(undefined as unknown as ImapOptions)).toThrow(OptionsError);
});
