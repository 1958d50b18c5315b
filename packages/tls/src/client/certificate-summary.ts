import type { PeerCertificate } from 'node:tls';

/** What is kept of a server's certificate: a resumed connection shows none, and the whole one is some kilobytes. */
export interface CertificateSummary {
  /** Common name of the subject, if it has one. */
  readonly subject: string | undefined;
  /** Common name, else organisation, of who signed it. */
  readonly issuer: string | undefined;
  /** Host names and addresses that it is for. */
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  /** Milliseconds since 1970; no longer good after it. */
  readonly validTo: number;
  /** SHA-256 of the whole certificate, in hex with colons. */
  readonly fingerprint256: string;
  readonly serialNumber: string;
}

/**
 * The leaf alone: a chain may carry certificates that expired and that nobody needed, as the cross-signed ones of big authorities do.
 * @see https://nodejs.org/docs/latest-v20.x/api/tls.html#certificate-object
 */
export function summarize(certificate: PeerCertificate): CertificateSummary {
  const { subject, issuer } = certificate;
  return {
    subject: text(subject?.CN),
    issuer: text(issuer?.CN) ?? text(issuer?.O),
    names: namesIn(certificate.subjectaltname ?? ''),
    validFrom: Date.parse(certificate.valid_from),
    validTo: Date.parse(certificate.valid_to),
    fingerprint256: certificate.fingerprint256,
    serialNumber: certificate.serialNumber,
  };
}

/** Node's own way to write them: separated by comma and space, in double quotes as in JSON where that would be ambiguous (CVE-2021-44532). */
function namesIn(altNames: string): readonly string[] {
  const found = altNames.matchAll(/(?:^|, )(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,"]*)/g);
  return [...found].map(([, name = '']) => (name.startsWith('"') ? String(JSON.parse(name)) : name));
}

/** An attribute that is there twice is an array. */
function text(attribute: string | readonly string[] | undefined): string | undefined {
  return typeof attribute === 'object' ? attribute.join(', ') : attribute;
}
