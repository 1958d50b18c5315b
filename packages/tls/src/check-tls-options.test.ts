import { createSecureContext } from 'node:tls';
import { type TlsOptions, tls, tlsClient } from '@pool/tls';
import { expect, test } from 'vitest';
import { checkTlsOptions } from './check-tls-options.ts';

const good = { host: 'localhost', port: 993 };
const check = (options: object): void => checkTlsOptions({ ...good, ...options } as TlsOptions);

test.each([
  {},
  { servername: 'other.test', ALPNProtocols: ['imap'], requireAlpn: false, minDHSize: 2048 },
  { sessionCacheSize: 0, expiryNoticeMs: 0 },
  { rejectUnauthorized: true },
  { servername: undefined, ca: undefined, timeout: undefined },
  { secureContext: createSecureContext({ ca: [] }) },
  { family: 4, keepAlive: false, localAddress: '127.0.0.1' },
  { port: undefined },
])('%j is accepted', (options) => {
  expect(() => check(options)).not.toThrow();
});

test.each<[object, string, string]>([
  [
    { rejectUnauthorized: false },
    'rejectUnauthorized',
    'certificates are always verified. To trust this server, give its certificate',
  ],
  [{ timeout: 5 }, 'timeout', 'is not an option of TLS connections: the pool’s openTimeoutMs'.replace('’', "'")],
  [{ session: Buffer.alloc(1) }, 'session', 'sessions are kept'],
  [{ socket: {} }, 'socket', 'secure(socket) of a TlsClient takes it'],
  [{ enableTrace: true }, 'enableTrace', 'it would print what is secret'],
  [{ servernam: 'a' }, 'servernam', 'servernam is not an option of TLS connections'],
  [{ host: '' }, 'host', "host must be a host name or address that is not empty, got ''"],
  [{ host: undefined }, 'host', 'host is missing: the certificate is checked against it'],
  [{ port: 0 }, 'port', 'port must be an integer from 1 to 65535, got 0'],
  [{ keepAliveInitialDelay: 5 }, 'keepAliveInitialDelay', 'at least 1000 milliseconds'],
  [{ servername: '' }, 'servername', "servername must be a host name that is not empty, got ''"],
  [{ ALPNProtocols: [] }, 'ALPNProtocols', 'ALPNProtocols must be an array of protocol names of 1 to 255 bytes, got an object'],
  [{ ALPNProtocols: ['x'.repeat(256)] }, 'ALPNProtocols', '1 to 255 bytes'],
  [{ ALPNProtocols: 'imap' }, 'ALPNProtocols', "got 'imap'"],
  [{ requireAlpn: 'no' }, 'requireAlpn', "requireAlpn must be true or false, got 'no'"],
  [{ minDHSize: 0 }, 'minDHSize', 'a number of bits from 1 up, got 0'],
  [{ sessionCacheSize: -1 }, 'sessionCacheSize', 'an integer from 0 up, got -1'],
  [{ expiryNoticeMs: Number.NaN }, 'expiryNoticeMs', 'a number of milliseconds from 0 up, got NaN'],
  [{ checkServerIdentity: true }, 'checkServerIdentity', 'a function like tls.checkServerIdentity, got true'],
  [{ clock: 5 }, 'clock', 'clock must be a Clock, got 5'],
  [{ passphrase: 12345 }, 'passphrase', 'passphrase must be a string'],
  [{ secureContext: createSecureContext(), ca: 'x' }, 'ca', 'ca goes into tls.createSecureContext where secureContext is given'],
])('%j is refused', (options, option, message) => {
  expect(() => check(options)).toThrow(expect.objectContaining({ code: 'POOL_BAD_OPTION', option }));
  expect(() => check(options)).toThrow(message);
});

test('what may be a secret is not shown', () => {
  expect(() => check({ passphrase: 12345 })).toThrow(/^passphrase must be a string$/);
  expect(() => check({ pasphrase: 'hunter2' })).toThrow(/^pasphrase is not an option of TLS connections$/);
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  ['localhost', 'string'],
])('%j are no options', (options, shown) => {
  expect(() => checkTlsOptions(options as unknown as TlsOptions)).toThrow(`the options of TLS must be an object, got ${shown}`);
});

test('wrong options are refused when the client or the connector is made', () => {
  expect(() => tlsClient({ ...good, host: '' })).toThrow(/host must be/);
  expect(() => tls({ ...good, host: '' })).toThrow(/host must be/);
  expect(() => tls({ host: 'localhost' })).toThrow('port is missing');
  expect(() => tlsClient({ host: 'localhost' })).not.toThrow();
});

test('material that is none is refused with OpenSSL’s words', () => {
  expect(() => tlsClient({ ...good, cert: 'x', key: 'y' })).toThrow(/^no TLS context can be made of cert, key: .*no start line/i);
  expect(() => tlsClient({ ...good, ciphers: 'NOT-A-CIPHER' })).toThrow(/^no TLS context can be made of ciphers: /);
});

test('a client without a port cannot connect, and says so', async () => {
  const { signal } = new AbortController();
  await expect(tlsClient({ host: 'localhost' }).connect({ signal })).rejects.toMatchObject({ option: 'port' });
});
