import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../certificates/certificate.ts';
import { testCertificates } from '../certificates/test-certificates.ts';
import { writeCertificate } from '../certificates/write-certificate.ts';
import type { Recipe } from '../recipe.ts';
import { listening } from './listening.ts';

export interface HaproxyOptions {
  /** The server without TLS that it connects to. */
  readonly target: { readonly host: string; readonly port: number };
  /** @default `server` of `testCertificates` */
  readonly certificate?: Certificate;
  /** Refuse clients without a certificate of this authority, in PEM. @default asks for none */
  readonly clientCa?: string;
  /** Further words of the `bind` line: `alpn h2`, say. @default '' */
  readonly bind?: string;
  /** Further directives of its `defaults`: `timeout client 1s`, say. @default '' */
  readonly defaults?: string;
}

/** haproxy takes TLS off and passes the bytes on to a server without. */
export function haproxy(options: HaproxyOptions): Recipe {
  return {
    name: 'haproxy',
    binary: 'haproxy',
    aptPackage: 'haproxy',
    async prepare({ dir, port }) {
      const { target, certificate = (await testCertificates()).server, clientCa, bind = '', defaults = '' } = options;
      const { bothFile } = await writeCertificate(dir, certificate);
      let verify = '';
      if (clientCa !== undefined) {
        await writeFile(join(dir, 'client-ca.crt'), clientCa);
        verify = `ca-file ${dir}/client-ca.crt verify required`;
      }
      const file = join(dir, 'haproxy.cfg');
      await writeFile(
        file,
        `
global
  log stdout format raw local0
  maxconn 1000
defaults
  mode tcp
  log global
  option tcplog
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  ${defaults}
frontend front
  bind 127.0.0.1:${port()} ssl crt ${bothFile} ${verify} ${bind}
  default_backend back
backend back
  server target ${target.host}:${target.port}
`,
      );
      // -db: in the foreground, one process.
      return { args: ['-db', '-f', file] };
    },
    ready: listening('main'),
  };
}
