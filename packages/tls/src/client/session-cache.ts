import type { CertificateSummary } from './certificate-summary.ts';

/** A session that was verified when it began, and what its resumption will not show again. */
export interface KeptSession {
  readonly session: Buffer;
  readonly certificate: CertificateSummary;
}

/**
 * Sessions to resume, one per name, the least recently used forgotten first. Node 20 verifies nothing when it resumes one, so this is a cache
 * of verifications: it belongs to one identity (one material of one client), takes sessions of verified connections alone, and gives none
 * whose certificate has expired.
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
    // Not the other way round, for dates that are none.
    if (!(kept.certificate.validTo > this.#wall())) return undefined;
    this.#kept.set(name, kept);
    return kept;
  }

  keep(name: string, session: Buffer, certificate: CertificateSummary): void {
    if (this.size === 0) return;
    this.#kept.delete(name);
    this.#kept.set(name, { session, certificate });
    if (this.#kept.size <= this.size) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  clear(): void {
    this.#kept.clear();
  }
}
