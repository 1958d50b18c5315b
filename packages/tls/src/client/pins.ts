import { createHash, X509Certificate } from 'node:crypto';
import { OptionsError } from '@pool/core';
import type { TlsOptions } from '../tls-options.ts';

const bytesOfSha256 = 32;

/** The fingerprints one of which a server's own certificate, or its public key, must have. */
export class Pins {
  readonly #certificates: ReadonlySet<string>;
  readonly #publicKeys: ReadonlySet<string>;

  /** @throws OptionsError for a list that is empty and for what is no SHA-256 */
  constructor({ pinnedCertificates, pinnedPublicKeys }: Pick<TlsOptions, 'pinnedCertificates' | 'pinnedPublicKeys'>) {
    this.#certificates = setOf('pinnedCertificates', pinnedCertificates);
    this.#publicKeys = setOf('pinnedPublicKeys', pinnedPublicKeys);
  }

  /** `certificate` in DER. */
  match(certificate: Buffer): boolean {
    if (this.#certificates.size === 0 && this.#publicKeys.size === 0) return true;
    if (this.#certificates.has(sha256(certificate))) return true;
    if (this.#publicKeys.size === 0) return false;
    // RFC 7469, 2.4: of the SubjectPublicKeyInfo, so that it says what kind of key it is, too.
    const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
    return this.#publicKeys.has(sha256(key));
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function setOf(option: string, pins: unknown): ReadonlySet<string> {
  if (pins === undefined) return new Set();
  // None at all may be a configuration that was not found: it must not switch off the check it was made for.
  if (!Array.isArray(pins) || pins.length === 0) {
    throw new OptionsError(option, `${option} must be an array with at least one fingerprint; leave it out to pin none`);
  }
  return new Set(pins.map((pin: unknown) => hexOf(option, pin)));
}

function hexOf(option: string, pin: unknown): string {
  const hex = typeof pin === 'string' ? pin.replaceAll(':', '').toLowerCase() : '';
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  // As curl's --pinnedpubkey and RFC 7469 write it.
  const base64 = typeof pin === 'string' ? pin.replace(/^sha256\/\/?/, '') : '';
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === bytesOfSha256 && /^[0-9A-Za-z+/]{43}=?$/.test(base64)) return bytes.toString('hex');
  const shown = typeof pin === 'string' ? `'${pin}'` : String(pin);
  throw new OptionsError(option, `${option} must hold SHA-256 fingerprints, in hex (colons allowed) or base64, got ${shown}`);
}
