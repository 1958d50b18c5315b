import { isIP } from 'node:net';
import type { Extension, X509Certificate } from '@peculiar/x509';
import type { CertificateOptions, Validity } from './certificate.ts';
import type { KeyPair } from './key-pair.ts';

/** What a certificate is for. */
export type Purpose = 'authority' | 'server' | 'client';

/** Who signs: the certificate's own subject when it is undefined. */
export interface Issuer extends KeyPair {
  readonly certificate: X509Certificate;
}

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;

/** Loaded when the first certificate is made: it takes 200 ms, and most tests need none. */
async function x509(): Promise<typeof import('@peculiar/x509')> {
  // It does not load without.
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

/** Signs a certificate for the pair's public key. */
export async function issue(
  purpose: Purpose,
  pair: KeyPair,
  issuer: Issuer | undefined,
  options: CertificateOptions,
): Promise<X509Certificate> {
  const {
    AuthorityKeyIdentifierExtension,
    BasicConstraintsExtension,
    ExtendedKeyUsage,
    ExtendedKeyUsageExtension,
    KeyUsageFlags,
    KeyUsagesExtension,
    SubjectAlternativeNameExtension,
    SubjectKeyIdentifierExtension,
    X509CertificateGenerator,
  } = await x509();
  const { publicKey } = pair.keys;
  const signer = issuer ?? pair;
  const { names = [], commonName = names[0] ?? purpose } = options;
  const subject = [{ CN: [commonName] }];
  const extensions: Extension[] = [
    await SubjectKeyIdentifierExtension.create(publicKey),
    await AuthorityKeyIdentifierExtension.create(signer.keys.publicKey),
  ];
  if (purpose === 'authority') {
    extensions.push(new BasicConstraintsExtension(true, undefined, true));
    extensions.push(new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true));
  } else {
    extensions.push(new BasicConstraintsExtension(false, undefined, true));
    extensions.push(new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true));
    const usage = purpose === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
    extensions.push(new ExtendedKeyUsageExtension([usage]));
  }
  if (names.length > 0) {
    extensions.push(
      new SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
    );
  }
  return await X509CertificateGenerator.create({
    subject,
    issuer: issuer === undefined ? subject : issuer.certificate.subjectName.toJSON(),
    publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: signer.signing,
    extensions,
    ...dates(options),
  });
}

function dates({ validity = 'now', notBefore, notAfter }: Validity): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  // An hour, so that a clock that is a little off changes nothing.
  const from = { now: now - hourMs, expired: now - yearMs, 'not-yet': now + hourMs }[validity];
  const until = { now: now + yearMs, expired: now - hourMs, 'not-yet': now + yearMs }[validity];
  return { notBefore: notBefore ?? new Date(from), notAfter: notAfter ?? new Date(until) };
}
