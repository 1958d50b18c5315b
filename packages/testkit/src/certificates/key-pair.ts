import { KeyObject, type webcrypto } from 'node:crypto';
import type { KeyType } from './certificate.ts';

/** What signs and what is certified. */
export interface KeyPair {
  readonly keys: webcrypto.CryptoKeyPair;
  readonly signing: { readonly name: string; readonly hash: string };
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };

let rsaPair: Promise<KeyPair> | undefined;

/** A fresh pair, except that all RSA certificates of this process share one: making it takes a quarter of a second. */
export function keyPair(type: KeyType): Promise<KeyPair> {
  if (type === 'ecdsa') return generate(ecdsa);
  rsaPair ??= generate(rsa);
  return rsaPair;
}

export function keyPemOf(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function generate(algorithm: typeof ecdsa | typeof rsa): Promise<KeyPair> {
  return { keys: await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']), signing: algorithm };
}
