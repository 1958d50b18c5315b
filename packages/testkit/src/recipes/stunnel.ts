import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../certificates/certificate.ts';
import { testCertificates } from '../certificates/test-certificates.ts';
import { writeCertificate } from '../certificates/write-certificate.ts';
import type { Recipe } from '../recipe.ts';
import { listening } from './listening.ts';

export interface StunnelOptions {
  /** The server without TLS that it connects to. */
  readonly target: { readonly host: string; readonly port: number };
  /** Offer and speak STARTTLS of this protocol before the server's own words. @default TLS from the first byte */
  readonly protocol?: 'imap' | 'pgsql' | 'pop3' | 'smtp';
  /** @default `server` of `testCertificates` */
  readonly certificate?: Certificate;
  /** Refuse clients without a certificate of this authority, in PEM. @default asks for none */
  readonly clientCa?: string;
  /** Further settings of the service: `sslVersionMax = TLSv1.2`, say. @default '' */
  readonly config?: string;
}

/** stunnel puts TLS in front of a server that has none. */
export function stunnel(options: StunnelOptions): Recipe {
  return {
    name: 'stunnel',
    binary: 'stunnel4',
    aptPackage: 'stunnel4',
    async prepare({ dir, port }) {
      const { target, protocol, certificate = (await testCertificates()).server, clientCa, config = '' } = options;
      const { certFile, keyFile } = await writeCertificate(dir, certificate);
      const lines = [
        'foreground = yes',
        'pid =',
        'syslog = no',
        'debug = notice',
        '[front]',
        `accept = 127.0.0.1:${port()}`,
        `connect = ${target.host}:${target.port}`,
        `cert = ${certFile}`,
        `key = ${keyFile}`,
      ];
      if (protocol !== undefined) lines.push(`protocol = ${protocol}`);
      if (clientCa !== undefined) {
        await writeFile(join(dir, 'client-ca.crt'), clientCa);
        lines.push(`CAfile = ${dir}/client-ca.crt`, 'verifyChain = yes');
      }
      const file = join(dir, 'stunnel.conf');
      await writeFile(file, [...lines, config, ''].join('\n'));
      return { args: [file] };
    },
    ready: listening('main'),
  };
}
