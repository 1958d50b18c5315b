import type { Certificate } from './certificate.ts';
import { type CertificateAuthority, certificateAuthority, selfSigned } from './certificate-authority.ts';

/** One of each kind that tests of TLS need; all for loopback. */
export interface TestCertificates {
  readonly ca: CertificateAuthority;
  /** Signed none of the others, and one that would do: `stranger`. */
  readonly otherCa: CertificateAuthority;
  readonly server: Certificate;
  readonly expired: Certificate;
  readonly notYetValid: Certificate;
  /** For other.test alone. */
  readonly otherName: Certificate;
  readonly selfSigned: Certificate;
  /** A good one for loopback, of the other authority. */
  readonly stranger: Certificate;
  /** A client's, named `client`. */
  readonly client: Certificate;
  /** A client's of the other authority. */
  readonly strangeClient: Certificate;
}

let made: Promise<TestCertificates> | undefined;

/** Made once per process, when first asked for (a third of a second, most of it to load what makes them). */
export function testCertificates(): Promise<TestCertificates> {
  made ??= make();
  return made;
}

async function make(): Promise<TestCertificates> {
  const ca = await certificateAuthority('test authority');
  const otherCa = await certificateAuthority('other authority');
  return {
    ca,
    otherCa,
    server: await ca.server(),
    expired: await ca.server({ validity: 'expired' }),
    notYetValid: await ca.server({ validity: 'not-yet' }),
    otherName: await ca.server({ names: ['other.test'] }),
    selfSigned: await selfSigned(),
    stranger: await otherCa.server(),
    client: await ca.client(),
    strangeClient: await otherCa.client(),
  };
}
