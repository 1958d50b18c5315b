import { OptionsError } from '@pool/core';
import type { SaslMechanism } from './sasl-mechanism.ts';

export interface SaslOptions {
  /**
   * The mechanisms allowed, best first; the first one is used that the server offers and that goes with the credentials. A list without PLAIN
   * and LOGIN keeps the password from the server. @default SCRAM-SHA-256, PLAIN, LOGIN; for access tokens XOAUTH2
   */
  readonly mechanisms?: readonly SaslMechanism[] | undefined;
}

/** @throws OptionsError */
export function checkMechanisms(mechanisms: unknown): void {
  if (mechanisms === undefined) return;
  if (Array.isArray(mechanisms) && mechanisms.length > 0 && mechanisms.every(isMechanism)) return;
  throw new OptionsError(
    'mechanisms',
    'mechanisms must be a list of SASL mechanisms that is not empty, such as [saslScramSha256]',
  );
}

function isMechanism(value: unknown): value is SaslMechanism {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('start' in value)) return false;
  // It stands in a command: a space or a line end would begin something else (RFC 4422 section 3.1).
  return typeof value.start === 'function' && typeof value.name === 'string' && /^[A-Za-z0-9_-]{1,20}$/.test(value.name);
}
