import { OptionsError } from '@pool/core';
import { tcp } from '@pool/net';
import { contextOptions, ownOptions, type TlsOptions, tcpOptions } from './tls-options.ts';

/** Options of Node's that are none here, and what to do instead. */
const hints: Readonly<Record<string, string>> = {
  rejectUnauthorized:
    'certificates are always verified. To trust this server, give its certificate (or that of its authority) as ca',
  timeout: "the pool's openTimeoutMs is the limit of an open, the signal that of a single one",
  signal: 'the signal comes with each open',
  socket: 'secure(socket) of a TlsClient takes it',
  path: 'connect the Unix socket with connectTcp, and secure it with secure(socket) of a TlsClient',
  session: 'sessions are kept, and resumed, by the TlsClient',
  onread: 'the Wire does the reading',
  allowHalfOpen: 'a peer that said goodbye is not used any more',
  secureProtocol: 'minVersion and maxVersion say which versions are allowed',
  enableTrace: 'it would print what is secret',
  pskCallback: 'a shared key proves no name; servers are known by their certificate here',
};

const known: ReadonlySet<string> = new Set([...tcpOptions, ...contextOptions, ...ownOptions]);

/** @throws OptionsError naming the option and what is allowed; without the value where that could be a secret */
export function checkTlsOptions(options: TlsOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionsError('options', `the options of TLS must be an object, got ${options === null ? 'null' : typeof options}`);
  }
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const [option, value] of Object.entries(given)) {
    if (known.has(option) || value === undefined || (option === 'rejectUnauthorized' && value === true)) continue;
    throw new OptionsError(option, `${option} is not an option of TLS connections${hints[option] ? `: ${hints[option]}` : ''}`);
  }
  check(given, 'host', 'a host name or address that is not empty', isName);
  if (given.host === undefined) throw new OptionsError('host', 'host is missing: the certificate is checked against it');
  check(given, 'servername', 'a host name that is not empty', isName);
  check(given, 'ALPNProtocols', 'an array of protocol names of 1 to 255 bytes', isProtocolList);
  check(given, 'requireAlpn', 'true or false', (value) => typeof value === 'boolean');
  check(given, 'minDHSize', 'a number of bits from 1 up', (value) => typeof value === 'number' && value >= 1);
  check(given, 'sessionCacheSize', 'an integer from 0 up', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
  check(given, 'expiryNoticeMs', 'a number of milliseconds from 0 up', (value) => typeof value === 'number' && value >= 0);
  check(given, 'checkServerIdentity', 'a function like tls.checkServerIdentity', (value) => typeof value === 'function');
  check(given, 'clock', 'a Clock', (value) => typeof value === 'object');
  check(given, 'passphrase', 'a string', (value) => typeof value === 'string');
  checkContext(given);
  // Checks its part, and opens nothing.
  const { port = 1, ...others } = tcpPart(options);
  tcp({ port, ...others });
}

/** What @pool/net is told. */
export function tcpPart(options: TlsOptions): Pick<TlsOptions, (typeof tcpOptions)[number]> {
  return Object.fromEntries(tcpOptions.map((option) => [option, options[option]]).filter(([, value]) => value !== undefined));
}

function checkContext(given: Readonly<Record<string, unknown>>): void {
  if (given.secureContext === undefined) return;
  const other = contextOptions.find((option) => given[option] !== undefined);
  if (other === undefined) return;
  throw new OptionsError(
    other,
    `${other} goes into tls.createSecureContext where secureContext is given, which would hide it here`,
  );
}

function check(
  given: Readonly<Record<string, unknown>>,
  option: string,
  allowed: string,
  test: (value: unknown) => boolean,
): void {
  const value = given[option];
  if (value === undefined || test(value)) return;
  throw new OptionsError(option, `${option} must be ${allowed}${option === 'passphrase' ? '' : `, got ${show(value)}`}`);
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? 'an object' : typeof value === 'function' ? 'a function' : String(value);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isProtocolList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isProtocol);
}

function isProtocol(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= 255;
}
