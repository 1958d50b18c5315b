import { readFileSync } from 'node:fs';
import { ConnectionError, OpenError } from '@pool/core';
import { AuthError, AuthUnavailableError } from '@pool/tls';
import { expect, test } from 'vitest';
import { errorClasses, type ImapErrorClass } from './error-classes.ts';
import { imapErrorClass, imapErrors, verdictOf } from './imap-error-class.ts';

const opening: Record<ImapErrorClass['opening'], string> = {
  retry: 'tried again after the backoff',
  fatal: 'callers are told at once, and nothing opens any more',
  limit: 'the pool makes do with what it has for `capacityLimitMs`',
  pause: 'nothing opens for the time that was named, or a minute',
};
const lent: Record<ImapErrorClass['lent'], string> = {
  keep: 'kept',
  discard: 'closed, and replaced',
  park: 'kept, and not lent for the time that was named',
};

test('the README has this table', () => {
  const rows = errorClasses.map((row) => `| \`${row.name}\` | ${row.seen} | ${opening[row.opening]} | ${lent[row.lent]} |`);
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, table] = /\| class \| how it shows .*\n.*\n((?:\|.*\n)*)/.exec(readme) ?? [];
  expect(table?.trimEnd().split('\n')).toEqual(rows);
});

function refused(words: string, more: object = {}): Error {
  return Object.assign(new Error('Command failed'), {
    authenticationFailed: true,
    responseStatus: 'NO',
    responseText: words,
    ...more,
  });
}
function coded(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code, ...more });
}

test.each([
  ['capacity', refused('Maximum number of connections exceeded', { serverResponseCode: 'LIMIT' })],
  ['capacity', refused('[UNAVAILABLE] Maximum number of connections from user+IP exceeded')],
  ['capacity', refused('[ALERT] Too many simultaneous connections. (Failure)')],
  ['capacity', coded('ClosedAfterConnectTLS', { reason: 'Too many connections' })],
  ['throttled', refused('LOGIN Rate limit hit', { serverResponseCode: 'LIMIT' })],
  ['throttled', refused('Too many failed login attempts')],
  ['throttled', coded('ETHROTTLE', { responseStatus: 'BAD', throttleReset: 5_000 })],
  ['unavailable', refused('Temporary failure', { serverResponseCode: 'UNAVAILABLE' })],
  ['unavailable', coded('ClosedAfterConnectText')],
  ['authentication', refused('Authentication failed.', { serverResponseCode: 'AUTHENTICATIONFAILED' })],
  ['authentication', refused('', { responseStatus: 'BAD' })],
  ['authentication', new Error('Unsupported authentication mechanism')],
  ['authentication', new AuthError('no')],
  ['certificate', coded('TLS_CERTIFICATE')],
  ['certificate', coded('ERR_TLS_CERT_ALTNAME_INVALID')],
  ['certificate', coded('CERT_HAS_EXPIRED')],
  ['lost', coded('NoConnection', { reason: 'Too many connections' })],
  ['lost', coded('ECONNRESET')],
  ['lost', coded('ETIMEOUT')],
  ['lost', new ConnectionError('mine')],
  ['lost', Object.assign(new Error('x'), { responseStatus: 'BYE' })],
  ['out of step', coded('UnexpectedTag')],
  ['out of step', coded('MissingTag', { responseStatus: 'BAD' })],
  ['out of step', coded('ParserError12')],
  ['out of step', coded('LiteralTooLarge')],
  ['refused', Object.assign(new Error('Command failed'), { responseStatus: 'NO', responseText: '[LIMIT] too many messages' })],
  ['refused', Object.assign(new Error('Command failed'), { responseStatus: 'BAD' })],
  ['other', new Error('mine')],
  ['other', coded('LockTimeout')],
  ['other', undefined],
  ['other', 'a string'],
])('%s is the class of %s', (name, error) => {
  expect(imapErrorClass(error).name).toBe(name);
});

test('the class of an error that says only what happened to an open is that of its cause', () => {
  const cause = new AuthUnavailableError('full', { cause: refused('[LIMIT] x') });
  const failure = { code: 'POOL_OPEN_FAILED', step: 'open', hook: undefined, attempt: 1 } as const;
  expect(imapErrorClass(new OpenError('x', 'pool', failure, { cause })).name).toBe('capacity');
  expect(imapErrorClass(new AuthUnavailableError('no cause')).name).toBe('lost');
});

test('what the failed open of another pool says of that one does not cost this connection its place', () => {
  const failure = { code: 'POOL_OPEN_FAILED', step: 'open', hook: undefined, attempt: 1 } as const;
  const error = new OpenError('x', 'other', failure, { cause: coded('ECONNREFUSED') });
  const [matches] = imapErrors as readonly [(error: unknown) => boolean];
  expect([matches(error), matches(coded('NoConnection')), matches(coded('LockTimeout'))]).toEqual([false, true, false]);
});

test('a failed open means what its class says, unless it says so itself', () => {
  expect(verdictOf(refused('[LIMIT] x'), 7)).toEqual({ limitForMs: 7 });
  expect(verdictOf(coded('ETHROTTLE', { throttleReset: 5_000 }), 7)).toEqual({ pauseMs: 5_000 });
  expect(verdictOf(refused('[THROTTLED] x'), 7)).toEqual({ pauseMs: 60_000 });
  expect(verdictOf(refused('no'), 7)).toBe('fatal');
  expect(verdictOf(coded('TLS_CERTIFICATE'), 7)).toBe('fatal');
  expect(verdictOf(coded('ECONNREFUSED'), 7)).toBe(undefined);
  expect(verdictOf(new AuthError('x', { openVerdict: 'retry' }), 7)).toBe('retry');
});
