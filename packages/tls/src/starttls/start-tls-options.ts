import { type OpenContext, OptionsError } from '@pool/core';
import type { Wire } from '@pool/net';
import type { TlsOptionsSource } from '../client/material-source.ts';
import { isTlsClient, type TlsClient, tlsClient } from '../client/tls-client.ts';

/** How to secure a connection once the server has agreed. */
export interface UpgradeOptions {
  /**
   * Whom the certificate must name, whom to trust, what to show. A `TlsClient` made once is shared by as many pools as you like; of options
   * (or a function that gives them) one is made here. `host` is needed, `port` is not.
   */
  readonly tls: TlsClient | TlsOptionsSource;
  /**
   * Go on in the clear when the server says no, or when somebody in between makes it look so: whoever can do that reads and changes all that
   * follows. `authenticate()` still sends no credentials then, unless it is told to as well. @default false: the open fails
   */
  readonly allowCleartextWhenRefused?: boolean | undefined;
}

export interface StartTlsOptions extends UpgradeOptions {
  /**
   * Say the protocol's words, and read the whole answer. True: the server agreed. False, or a thrown StartTlsRefusedError that says why: it
   * declined. Whatever else it throws fails the open. Pass `context.signal` to each read and write. Nothing learnt here may be
   * used after the upgrade: it came in the clear.
   */
  readonly negotiate: (wire: Wire, context: OpenContext) => boolean | PromiseLike<boolean>;
}

/** The names of UpgradeOptions. */
export const upgradeOptions = ['tls', 'allowCleartextWhenRefused'] as const;

export interface ResolvedUpgrade {
  readonly client: TlsClient;
  readonly allowCleartextWhenRefused: boolean;
}

/** @throws OptionsError */
export function resolveUpgrade({ tls, allowCleartextWhenRefused = false }: UpgradeOptions): ResolvedUpgrade {
  if (typeof allowCleartextWhenRefused !== 'boolean') {
    throw new OptionsError(
      'allowCleartextWhenRefused',
      `allowCleartextWhenRefused must be true or false, got ${String(allowCleartextWhenRefused)}`,
    );
  }
  if (typeof tls !== 'function' && (typeof tls !== 'object' || tls === null)) {
    throw new OptionsError('tls', `tls must be a TlsClient, TLS options or a function that gives them, got ${String(tls)}`);
  }
  return { client: isTlsClient(tls) ? tls : tlsClient(tls), allowCleartextWhenRefused };
}
