import type { TlsInfo } from '@pool/tls';
import type { CertificateReport } from './probe-report.ts';

const dayMs = 24 * 60 * 60 * 1000;

export function certificateReport({ certificate }: TlsInfo): CertificateReport {
  const { subject, issuer, names, validFrom, validTo, fingerprint256 } = certificate;
  return {
    subject: subject ?? null,
    issuer: issuer ?? null,
    names,
    validFrom: new Date(validFrom).toISOString(),
    validTo: new Date(validTo).toISOString(),
    daysLeft: Math.floor((validTo - Date.now()) / dayMs),
    fingerprint256,
  };
}
