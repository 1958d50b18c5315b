import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from './certificate.ts';

/** Where a certificate was written to. */
export interface CertificateFiles {
  readonly certFile: string;
  /** Readable for its owner alone: some servers refuse one that is not. */
  readonly keyFile: string;
  /** Both in one, as haproxy wants it; readable for its owner alone. */
  readonly bothFile: string;
}

/** Into a server's directory, as `NAME.crt`, `NAME.key` and `NAME.pem`. */
export async function writeCertificate(dir: string, certificate: Certificate, name = 'server'): Promise<CertificateFiles> {
  const { cert, key } = certificate;
  const path = (ending: string): string => join(dir, `${name}.${ending}`);
  const files: CertificateFiles = { certFile: path('crt'), keyFile: path('key'), bothFile: path('pem') };
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key, { mode: 0o600 });
  await writeFile(files.bothFile, cert + key, { mode: 0o600 });
  return files;
}
