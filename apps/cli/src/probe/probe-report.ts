import type { ProtocolName } from '../protocols/protocol.ts';

export interface CertificateReport {
  readonly subject: string | null;
  readonly issuer: string | null;
  readonly names: readonly string[];
  /** As Date writes it in JSON. */
  readonly validFrom: string;
  readonly validTo: string;
  /** Whole days until then, rounded down. */
  readonly daysLeft: number;
  readonly fingerprint256: string;
}

/** One step on the way to a connection that is ready; `ms` is what it took. `tried` are addresses in order, the one that answered among them. */
export type ProbeStep =
  | { readonly step: 'resolve'; readonly ms: number; readonly addresses: readonly string[] }
  | { readonly step: 'connect'; readonly ms: number; readonly address: string; readonly tried: readonly string[] }
  | { readonly step: 'starttls'; readonly ms: number; readonly protocol: ProtocolName }
  | {
      readonly step: 'handshake';
      readonly ms: number;
      readonly protocol: string;
      readonly cipher: string;
      readonly servername: string;
      readonly certificate: CertificateReport;
    }
  | { readonly step: 'login'; readonly ms: number; readonly protocol: ProtocolName; readonly user: string };

/**
 * Where it may go wrong: also after the handshake, when a server of TLS 1.3 says whether it accepts the client's certificate, and with the second
 * connection.
 */
export type FailedAt = ProbeStep['step'] | 'acceptance' | 'second';

/** The second connection, which is opened to see whether it resumes the TLS session of the first; without a login. */
export interface SecondConnection {
  readonly resumed: boolean;
  readonly handshakeMs: number;
}

/** What `--json` prints. */
export interface ProbeReport {
  readonly target: string;
  readonly node: string;
  readonly steps: readonly ProbeStep[];
  /** All of the steps; null when one failed. */
  readonly readyMs: number | null;
  /** Null without TLS, or when a step failed. */
  readonly second: SecondConnection | null;
  /** Null when all went well. */
  readonly error: { readonly step: FailedAt; readonly code: string; readonly message: string } | null;
}
