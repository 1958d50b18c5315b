import { type Clock, OptionsError, systemClock } from '@pool/core';
import { tcp } from '@pool/net';
import { type TlsClient, tlsClient } from '@pool/tls';
import { ImapFlow } from 'imapflow';
import { checkCredentials, type ImapCredentialsSource } from './imap-credentials.ts';
import { decidedHere, type ImapFlowClass, type ImapFlowSettings, type ImapOptions, type ImapTlsOptions } from './imap-options.ts';
import { type ImapTcpOptions, tcpOptionNames } from './imap-tcp-options.ts';
import { takesTransport } from './takes-transport.ts';

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'cleartext';
  readonly credentials: ImapCredentialsSource;
  readonly loginMethod: ImapOptions['loginMethod'];
  readonly tcp: ImapTcpOptions;
  /** False when imapflow is left to connect by itself, with `tlsOptions`. */
  readonly ownSockets: boolean;
  /** Undefined when nothing is to be encrypted, and without sockets of our own. */
  readonly tls: TlsClient | undefined;
  readonly tlsOptions: ImapTlsOptions;
  readonly silenceTimeoutMs: number;
  readonly logoutTimeoutMs: number;
  readonly capacityLimitMs: number;
  readonly flow: ImapFlowSettings;
  readonly ImapFlow: ImapFlowClass;
  readonly clock: Clock;
}

const known = [
  'host',
  'port',
  'security',
  'credentials',
  'loginMethod',
  'tls',
  'tcp',
  'silenceTimeoutMs',
  'logoutTimeoutMs',
  'capacityLimitMs',
  'flow',
  'ImapFlow',
  'clock',
] as const satisfies readonly (keyof ImapOptions)[];

const securities = ['tls', 'starttls', 'cleartext'] as const;
const loginMethods = ['LOGIN', 'AUTH=LOGIN', 'AUTH=PLAIN'] as const;

/** @throws OptionsError naming the option, and its value where that is no secret */
export function resolveImapOptions(options: ImapOptions): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new OptionsError('host', `imap() needs options, at least { host, credentials }, not ${String(options)}`);
  }
  // Without its value, which may be a password that was misplaced.
  refuseOthers(options, known, (name) => `${name} is not an option of imap(); there are ${known.join(', ')}`);
  const { host, credentials, loginMethod, security = 'tls', flow = {} } = options;
  check('host', host, typeof host === 'string' && host !== '', 'a host name or address that is not empty');
  check('security', security, securities.includes(security), securities.map((name) => `'${name}'`).join(' or '));
  if (typeof credentials !== 'function') checkCredentials(credentials);
  check('loginMethod', loginMethod, loginMethod === undefined || loginMethods.includes(loginMethod), loginMethods.join(' or '));
  checkFlow(flow);
  const { port = security === 'tls' ? 993 : 143, clock = systemClock } = options;
  const { silenceTimeoutMs = 300_000, logoutTimeoutMs = 1_000, capacityLimitMs = 60_000 } = options;
  check('silenceTimeoutMs', silenceTimeoutMs, silenceTimeoutMs > 0, 'a number of milliseconds > 0 (Infinity: never)');
  check('logoutTimeoutMs', logoutTimeoutMs, logoutTimeoutMs >= 0, 'a number of milliseconds >= 0');
  check('capacityLimitMs', capacityLimitMs, capacityLimitMs >= 0, 'a number of milliseconds >= 0');
  const flowClass = options.ImapFlow ?? ImapFlow;
  check('ImapFlow', flowClass, typeof flowClass === 'function', 'the class ImapFlow of imapflow');
  return {
    host,
    port,
    security,
    credentials,
    loginMethod,
    tcp: checkedTcp(host, port, options.tcp ?? {}),
    ...resolveTls(host, options.tls ?? {}, security !== 'cleartext', takesTransport(flowClass)),
    silenceTimeoutMs,
    logoutTimeoutMs,
    capacityLimitMs,
    flow,
    ImapFlow: flowClass,
    clock,
  };
}

function resolveTls(
  host: string,
  given: TlsClient | ImapTlsOptions,
  encrypts: boolean,
  ownSockets: boolean,
): Pick<Settings, 'ownSockets' | 'tls' | 'tlsOptions'> {
  if (isTlsClient(given)) {
    if (ownSockets) return { ownSockets, tls: encrypts ? given : undefined, tlsOptions: {} };
    throw new OptionsError('tls', 'a TlsClient needs imapflow 2.5 or later, to which a socket can be given: give TLS options');
  }
  refuseMisplaced(given);
  const needed = encrypts || Object.keys(given).length > 0;
  // Checks them, also where imapflow alone will use them.
  const client = needed ? tlsClient({ ...given, host }) : undefined;
  if (ownSockets) return { ownSockets, tls: encrypts ? client : undefined, tlsOptions: given };
  const pins = ['pinnedCertificates', 'pinnedPublicKeys'];
  refuse(given, pins, 'tls', (name) => `tls.${name} needs imapflow 2.5 or later, to which a socket can be given`);
  return { ownSockets, tls: undefined, tlsOptions: given };
}

/** @throws OptionsError for what would be ignored among the options of TLS */
export function refuseMisplaced(tls: ImapTlsOptions): void {
  refuse(tls, tcpOptionNames, 'tls', (name) => `tls.${name} is about connecting: give it as tcp.${name}`);
  refuse(tls, ['host', 'port'], 'tls', (name) => `tls.${name} would be ignored: ${name} stands beside tls`);
}

function checkedTcp(host: string, port: number, given: ImapTcpOptions): ImapTcpOptions {
  refuseOthers(given, tcpOptionNames, (name) => `${name} is not an option of tcp; there are ${tcpOptionNames.join(', ')}`);
  // Checks the values, and opens nothing.
  tcp({ ...given, host, port });
  return given;
}

function checkFlow(flow: unknown): void {
  check('flow', flow, typeof flow === 'object' && flow !== null, "an object with imapflow's own options");
  refuse(Object(flow), decidedHere, 'flow', (name) => `flow.${name} is decided by the options of imap() and of the pool`);
}

function isTlsClient(given: object): given is TlsClient {
  return 'secure' in given && typeof given.secure === 'function';
}

function refuseOthers(given: object, names: readonly string[], why: (name: string) => string): void {
  for (const name of Object.keys(given)) if (!names.includes(name)) throw new OptionsError(name, why(name));
}

function refuse(given: object, names: readonly string[], of: string, why: (name: string) => string): void {
  const found = names.find((name) => Reflect.get(given, name) !== undefined);
  if (found !== undefined) throw new OptionsError(`${of}.${found}`, why(found));
}

function check(name: string, value: unknown, ok: boolean, wants: string): void {
  if (ok) return;
  const shown = typeof value === 'string' ? `'${value}'` : typeof value === 'object' ? 'an object' : String(value);
  throw new OptionsError(name, `${name} must be ${wants}, got ${shown}`);
}
