import type { InitHook } from '@pool/core';
import type { Wire } from '@pool/net';
import type { LoginOptions, UpgradeOptions } from '@pool/tls';

export const protocolNames = ['smtp', 'imap', 'pop3', 'ldap', 'postgres'] as const;

export type ProtocolName = (typeof protocolNames)[number];

/** What this command knows of a protocol. */
export interface Protocol {
  /** For people. */
  readonly title: string;
  /** Where it is usually found: first in the clear, then with TLS from the first byte. */
  readonly ports: readonly number[];
  readonly startTls: (options: UpgradeOptions) => InitHook<Wire>;
  readonly login: (options: LoginOptions) => InitHook<Wire>;
  /** A request that changes nothing, and its whole answer. */
  readonly ask: (wire: Wire, timeoutMs: number) => Promise<void>;
  /** It answers that one to nobody who has not logged in. */
  readonly asksForLogin: boolean;
}
