import type { Clock } from '@pool/core';
import type { TlsClient, TlsOptions } from '@pool/tls';
import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import type { ImapCredentialsSource } from './imap-credentials.ts';
import type { ImapTcpOptions } from './imap-tcp-options.ts';

/** What the pool has to decide for a pooled client; the rest of imapflow's options may be given as `flow`. */
export const decidedHere = [
  'host',
  'port',
  'secure',
  'servername',
  'doSTARTTLS',
  'tls',
  'transport',
  'proxy',
  'auth',
  'verifyOnly',
  'includeMailboxes',
  'disableAutoIdle',
  'autoIdleDelay',
  'maxIdleTime',
  'connectionTimeout',
  'greetingTimeout',
  'socketTimeout',
] as const;

export type ImapFlowSettings = Omit<ImapFlowOptions, (typeof decidedHere)[number]>;

/** imapflow's class, of whatever release from 2.1.2 on. */
export type ImapFlowClass = (new (options: ImapFlowOptions) => ImapFlow) & { readonly version: string };

/** As those of @pool/tls, without where to connect to. */
export type ImapTlsOptions = Omit<TlsOptions, 'host' | 'port' | keyof ImapTcpOptions>;

export interface ImapOptions {
  /** Name or address of the server. A name is asked for (SNI), and the certificate is checked against it. */
  readonly host: string;
  /** Integer from 1 to 65 535. @default 993 with security 'tls', otherwise 143 */
  readonly port?: number | undefined;
  /**
   * `'tls'`: from the first byte. `'starttls'`: the connection begins in the clear and must become encrypted before anything else is said
   * (RFC 9051 section 6.2.1); a server that does not offer that fails the open. `'cleartext'`: never encrypted, the password neither.
   * @default 'tls'
   */
  readonly security?: 'tls' | 'starttls' | 'cleartext' | undefined;
  /** Who logs in; or a function, asked on every open. */
  readonly credentials: ImapCredentialsSource;
  /** Forces one way to send a password. @default the best that the server offers */
  readonly loginMethod?: 'LOGIN' | 'AUTH=LOGIN' | 'AUTH=PLAIN' | undefined;
  /**
   * Whom to trust, what to show. A `TlsClient` made once is shared by as many pools as you like, and its sessions with it; of options one is made
   * here. @default verified against `host` and the authorities that Node knows
   */
  readonly tls?: TlsClient | ImapTlsOptions | undefined;
  /** How to connect: `localAddress`, `lookup`, `family`, ... of Node. @default as @pool/net */
  readonly tcp?: ImapTcpOptions | undefined;
  /**
   * Longest silence of the server towards a lent connection, in milliseconds > 0; then it is closed, and what runs on it fails. With a mailbox
   * lock, a download or IDLE it is asked by NOOP before. Idle connections are not counted. @default 300_000
   */
  readonly silenceTimeoutMs?: number | undefined;
  /** How long LOGOUT may take before the connection is closed without it. Milliseconds >= 0. @default 1_000 */
  readonly logoutTimeoutMs?: number | undefined;
  /** How long the pool makes do with the connections it has when the server takes no more of this user. Milliseconds >= 0. @default 60_000 */
  readonly capacityLimitMs?: number | undefined;
  /** imapflow's own options, but those that are decided here. @default { logger: false } */
  readonly flow?: ImapFlowSettings | undefined;
  /** imapflow's class, when it is another than that of the installed package. @default ImapFlow of 'imapflow' */
  readonly ImapFlow?: ImapFlowClass | undefined;
  /** Gives the time for what expires. @default the system's clock */
  readonly clock?: Clock | undefined;
}
