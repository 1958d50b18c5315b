import type { X509Certificate } from '@peculiar/x509';
import type { Certificate, CertificateOptions } from './certificate.ts';
import { type Issuer, issue } from './issue.ts';
import { keyPair, keyPemOf } from './key-pair.ts';

const loopback = ['localhost', '127.0.0.1', '::1'];

/** Signs certificates for tests. Made by `certificateAuthority`. */
export class CertificateAuthority {
  /** Its certificate, in PEM: the `ca` of whoever shall trust it. */
  readonly cert: string;
  readonly #issuer: Issuer;

  constructor(issuer: Issuer) {
    this.#issuer = issuer;
    this.cert = pemOf(issuer.certificate);
  }

  /** For a server on loopback, unless `names` says otherwise. */
  server(options: CertificateOptions = {}): Promise<Certificate> {
    return certificate('server', this.#issuer, { names: loopback, ...options });
  }

  /** For a client; `commonName` is what servers see of it. @default commonName 'client' */
  client(options: CertificateOptions = {}): Promise<Certificate> {
    return certificate('client', this.#issuer, options);
  }
}

/** A new authority that nobody trusts yet; two of the same name are two. */
export async function certificateAuthority(commonName = 'test authority'): Promise<CertificateAuthority> {
  const pair = await keyPair('ecdsa');
  return new CertificateAuthority({ ...pair, certificate: await issue('authority', pair, undefined, { commonName }) });
}

/** A server's certificate that no authority has signed. */
export function selfSigned(options: CertificateOptions = {}): Promise<Certificate> {
  return certificate('server', undefined, { names: loopback, ...options });
}

/** With a line end, so that it may be put before a key. */
function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function certificate(
  purpose: 'server' | 'client',
  issuer: Issuer | undefined,
  options: CertificateOptions,
): Promise<Certificate> {
  const pair = await keyPair(options.keyType ?? 'ecdsa');
  const issued = await issue(purpose, pair, issuer, options);
  return { cert: pemOf(issued), key: keyPemOf(pair.keys.privateKey) };
}
