import type { Socket } from 'node:net';
import type { CertificateSummary } from './certificate-summary.ts';
import type { Material } from './material.ts';

/** What is known of a socket that was verified. */
export interface SecuredSocket {
  readonly material: Material;
  readonly name: string;
  readonly certificate: CertificateSummary;
  readonly resumed: boolean;
}

export const securedSockets = new WeakMap<Socket, SecuredSocket>();
