import type { TcpNetConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '@pool/core';

/** Told to @pool/net. */
export const tcpOptions = [
  'host',
  'port',
  'family',
  'hints',
  'lookup',
  'localAddress',
  'localPort',
  'keepAlive',
  'keepAliveInitialDelay',
  'noDelay',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
] as const;

/** Told to `tls.createSecureContext`. */
export const contextOptions = [
  'allowPartialTrustChain',
  'ca',
  'cert',
  'ciphers',
  'clientCertEngine',
  'crl',
  'ecdhCurve',
  'key',
  'maxVersion',
  'minVersion',
  'passphrase',
  'pfx',
  'privateKeyEngine',
  'privateKeyIdentifier',
  'secureOptions',
  'sigalgs',
] as const;

export const ownOptions = [
  'servername',
  'secureContext',
  'checkServerIdentity',
  'ALPNProtocols',
  'requireAlpn',
  'minDHSize',
  'pinnedCertificates',
  'pinnedPublicKeys',
  'sessionCacheSize',
  'expiryNoticeMs',
  'clock',
] as const satisfies readonly (keyof TlsOptions)[];

type TcpOption = Exclude<(typeof tcpOptions)[number], 'host' | 'port'>;
type ContextOption = (typeof contextOptions)[number];

/**
 * Node's own options of connecting and of TLS, and some more. Certificates are always verified, and always against a name: there is no option
 * that would switch it off. To trust a server that no public authority vouches for, give its certificate (or its authority's) as `ca`.
 */
export interface TlsOptions extends Partial<Pick<TcpNetConnectOpts, TcpOption>>, Pick<ConnectionOptions, ContextOption> {
  /** Name or address of the server. A name is asked for (SNI), and the certificate is checked against it. */
  readonly host: string;
  /** Integer from 1 to 65 535. Needed to connect; not to secure a connection that exists. */
  readonly port?: number | undefined;
  /** Another name than `host` to ask for and to check the certificate against: a host name, not an address. @default host, unless that is an address */
  readonly servername?: string | undefined;
  /** Made with `tls.createSecureContext`; then no option that makes one may be given. @default one is made, once */
  readonly secureContext?: ConnectionOptions['secureContext'];
  /** Checks the name, after the chain was found to be good. Returns an error to refuse. @default tls.checkServerIdentity */
  readonly checkServerIdentity?: ConnectionOptions['checkServerIdentity'];
  /** Protocols offered, best first (ALPN, RFC 7301). A peer that chooses none of them is refused. @default none offered */
  readonly ALPNProtocols?: readonly string[] | undefined;
  /** Is a peer refused that chooses no protocol at all, as one that knows nothing of ALPN does? @default true */
  readonly requireAlpn?: boolean | undefined;
  /** Smallest Diffie-Hellman parameter, in bits. @default 1024 */
  readonly minDHSize?: number | undefined;
  /**
   * SHA-256 fingerprints of certificates, in hex (colons allowed): the server's own must be one of these, on top of all other checks. It
   * changes when the server renews its certificate. @default none pinned
   */
  readonly pinnedCertificates?: readonly string[] | undefined;
  /**
   * SHA-256 fingerprints of public keys (of their SubjectPublicKeyInfo, RFC 7469), in hex or base64. Outlives a renewal with the same key. With
   * both kinds of pins one match is enough. @default none pinned
   */
  readonly pinnedPublicKeys?: readonly string[] | undefined;
  /** Sessions kept for resumption, one per name. Integer from 0 (off) up. @default 100 */
  readonly sessionCacheSize?: number | undefined;
  /** How long before the server's certificate expires pools are told (`notice` with code `tls-certificate-expires`). Milliseconds from 0 up. @default 7 days */
  readonly expiryNoticeMs?: number | undefined;
  /** Gives the time for what expires. @default the system's clock */
  readonly clock?: Clock | undefined;
}
