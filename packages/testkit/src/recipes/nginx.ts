import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../certificates/certificate.ts';
import { writeCertificate } from '../certificates/write-certificate.ts';
import type { Recipe } from '../recipe.ts';

export interface NginxOptions {
  /** Directives of the `http` block. @default '' */
  readonly http?: string;
  /** Directives of its one `server` block, which listens on the port already. @default answers every request with 200 and 'ok' */
  readonly server?: string;
  /** It speaks TLS on the port, with this certificate. @default none: it speaks plain HTTP */
  readonly certificate?: Certificate;
  /** With `certificate`: refuse clients without one of this authority, in PEM. @default asks for none */
  readonly clientCa?: string;
}

/** nginx with one worker. SIGTERM ends it at once, SIGQUIT after the requests in flight. */
export function nginx(options: NginxOptions = {}): Recipe {
  return {
    name: 'nginx',
    binary: 'nginx',
    aptPackage: 'nginx-light',
    async prepare({ dir, port }) {
      const { http = '', server = "location / { return 200 'ok'; }", certificate, clientCa } = options;
      const tls = certificate === undefined ? '' : await tlsDirectives(dir, certificate, clientCa);
      const config = `
daemon off;
worker_processes 1;
pid ${dir}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  default_type text/plain;
  client_body_temp_path ${dir}/body;
  proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi;
  scgi_temp_path ${dir}/scgi;
  ${http}
  server {
    listen 127.0.0.1:${port()}${tls === '' ? '' : ' ssl'};
    ${tls}
    ${server}
  }
}
`;
      await mkdir(join(dir, 'logs'), { recursive: true });
      await writeFile(join(dir, 'nginx.conf'), config);
      // -e, because it writes to the log it was compiled with before it reads its configuration.
      return { args: ['-p', dir, '-e', 'stderr', '-c', join(dir, 'nginx.conf')] };
    },
  };
}

async function tlsDirectives(dir: string, certificate: Certificate, clientCa: string | undefined): Promise<string> {
  const { certFile, keyFile } = await writeCertificate(dir, certificate);
  const own = `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};`;
  if (clientCa === undefined) return own;
  const file = join(dir, 'client-ca.crt');
  await writeFile(file, clientCa);
  return `${own} ssl_client_certificate ${file}; ssl_verify_client on;`;
}
