import type { Alarm, PoolControl } from '@pool/core';
import type { Wire } from '@pool/net';
import type { CertificateSummary } from './client/certificate-summary.ts';
import type { Material } from './client/material.ts';
import { securedSockets } from './client/secured-sockets.ts';

/** A timer counts no longer than 25 days, and stands still while the machine sleeps. */
const longestNapMs = 24 * 60 * 60 * 1000;

/** One certificate, and the connections that were opened with it. */
interface Watched {
  readonly wires: Set<Wire>;
  alarm: Alarm | undefined;
}

/** Tells one pool before the certificates of its connections expire, and has each connection closed when it has happened. */
export class ExpiryWatch {
  readonly #pool: PoolControl<Wire>;
  /** By fingerprint. */
  readonly #watched = new Map<string, Watched>();
  /** Certificates the pool was told about: once is enough. */
  readonly #told = new Set<string>();

  constructor(pool: PoolControl<Wire>) {
    this.#pool = pool;
  }

  /** One that is not secure is not watched. */
  add(wire: Wire): void {
    const secured = securedSockets.get(wire.socket);
    if (secured === undefined) return;
    const { certificate, material } = secured;
    const { fingerprint256, validTo } = certificate;
    if (!Number.isFinite(validTo)) return;
    this.#pool.expireAt(wire, this.#pool.now() + Math.max(0, validTo - material.wall()));
    let watched = this.#watched.get(fingerprint256);
    if (watched === undefined) {
      watched = { wires: new Set(), alarm: undefined };
      this.#watched.set(fingerprint256, watched);
      this.#look(watched, certificate, material);
    }
    watched.wires.add(wire);
  }

  /** With its last connection gone a certificate is nobody's concern: the server may have a new one. */
  remove(wire: Wire): void {
    const fingerprint256 = securedSockets.get(wire.socket)?.certificate.fingerprint256;
    const watched = fingerprint256 === undefined ? undefined : this.#watched.get(fingerprint256);
    if (fingerprint256 === undefined || watched?.wires.delete(wire) !== true || watched.wires.size > 0) return;
    watched.alarm?.[Symbol.dispose]();
    this.#watched.delete(fingerprint256);
  }

  stop(): void {
    for (const { alarm } of this.#watched.values()) alarm?.[Symbol.dispose]();
    this.#watched.clear();
  }

  /** Tells, if it is time; comes again otherwise. */
  #look(watched: Watched, certificate: CertificateSummary, material: Material): void {
    const leftMs = certificate.validTo - material.wall();
    if (leftMs <= material.expiryNoticeMs) {
      watched.alarm = undefined;
      if (this.#told.has(certificate.fingerprint256)) return;
      this.#told.add(certificate.fingerprint256);
      this.#pool.notice('tls-certificate-expires', { inMs: leftMs, certificate });
      return;
    }
    const napMs = Math.min(leftMs - material.expiryNoticeMs, longestNapMs);
    watched.alarm = material.clock.schedule(() => this.#look(watched, certificate, material), napMs);
  }
}
