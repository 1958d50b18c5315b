import type { CertificateSummary } from './certificate-summary.ts';

/**
 * So long after a full handshake another one is due, whatever was resumed in between: a server that gives a new ticket on each resumed connection
 * would else not be verified again until its certificate expires. RFC 8446 (4.6.1) allows a single ticket seven days.
 */
const longestTrustMs = 24 * 60 * 60 * 1000;

/** What a full handshake found, which its resumptions will not show again. */
export interface Verified {
  readonly certificate: CertificateSummary;
  /** Wall time in milliseconds. */
  readonly verifiedAt: number;
}

/** A session, and what was found when it (or the one that it resumed) began. */
export interface KeptSession extends Verified {
  readonly session: Buffer;
}

/**
 * Sessions to resume, one per name, the least recently used forgotten first. Node 20 verifies nothing when it resumes one, so this is a cache
 * of verifications: it belongs to one identity (one material of one client), takes sessions of verified connections alone, and gives none
 * whose certificate has expired, or whose verification is a day old.
 *
 * The same ticket serves again and again: many servers (nginx, Node) give no new one on a resumed connection. RFC 8446 (C.4) advises
 * against that where an observer shall not link two connections; those of a pool are linked by their addresses already.
 */
export class SessionCache {
  /** Most names. With 0 nothing is kept. */
  readonly size: number;
  readonly #wall: () => number;
  readonly #kept = new Map<string, KeptSession>();

  constructor(size: number, wall: () => number) {
    this.size = size;
    this.#wall = wall;
  }

  get(name: string): KeptSession | undefined {
    const kept = this.#kept.get(name);
    if (kept === undefined) return undefined;
    this.#kept.delete(name);
    if (!isGood(kept, this.#wall())) return undefined;
    this.#kept.set(name, kept);
    return kept;
  }

  keep(name: string, session: Buffer, { certificate, verifiedAt }: Verified): void {
    if (this.size === 0) return;
    this.#kept.delete(name);
    this.#kept.set(name, { session, certificate, verifiedAt });
    if (this.#kept.size <= this.size) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  clear(): void {
    this.#kept.clear();
  }
}

/** Asked in a way that is false for dates that are none. */
function isGood({ certificate, verifiedAt }: Verified, wall: number): boolean {
  return certificate.validTo > wall && wall - verifiedAt < longestTrustMs;
}
