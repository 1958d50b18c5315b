import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../certificates/certificate.ts';
import { testCertificates } from '../certificates/test-certificates.ts';
import { writeCertificate } from '../certificates/write-certificate.ts';
import { findBinary } from '../find-binary.ts';
import type { Recipe } from '../recipe.ts';
import { run } from './account.ts';

export interface SlapdOptions {
  /** Names and passwords of those who may bind, as `uid=NAME,dc=pool,dc=test`. @default { alice: 'secret' } */
  readonly users?: Readonly<Record<string, string>>;
  /** @default `server` of `testCertificates` */
  readonly certificate?: Certificate;
  /** Refuse a password that comes in the clear ("confidentiality required"). @default false */
  readonly requireTls?: boolean;
  /** Further lines of slapd.conf, before its database. @default '' */
  readonly config?: string;
}

/** OpenLDAP's server on the ports `ldap` (StartTLS) and `ldaps`, with the base `dc=pool,dc=test`, filled anew at each start. */
export function slapd(options: SlapdOptions = {}): Recipe {
  return {
    name: 'slapd',
    binary: 'slapd',
    aptPackage: 'slapd',
    ports: ['ldap', 'ldaps'],
    async prepare({ dir, port }) {
      const { users = { alice: 'secret' }, certificate = (await testCertificates()).server, requireTls = false } = options;
      const { certFile, keyFile } = await writeCertificate(dir, certificate);
      const config = join(dir, 'slapd.conf');
      const data = join(dir, 'data');
      const ldif = join(dir, 'base.ldif');
      await rm(data, { recursive: true, force: true });
      await mkdir(data);
      await writeFile(ldif, entries(users));
      await writeFile(
        config,
        `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${dir}/slapd.pid
argsfile ${dir}/slapd.args
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${certFile}
TLSCertificateKeyFile ${keyFile}
${requireTls ? 'security simple_bind=128' : ''}
${options.config ?? ''}
database mdb
suffix dc=pool,dc=test
directory ${data}
maxsize 10485760
`,
      );
      // Without an index to build nor a journal to keep, adding takes some milliseconds.
      await run(findBinary('slapadd') ?? 'slapadd', ['-q', '-f', config, '-l', ldif]);
      const urls = `ldap://127.0.0.1:${port('ldap')}/ ldaps://127.0.0.1:${port('ldaps')}/`;
      // -d: in the foreground; 256 logs connections, operations and their results.
      return { args: ['-d', '256', '-f', config, '-h', urls] };
    },
  };
}

function entries(users: Readonly<Record<string, string>>): string {
  const base = 'dn: dc=pool,dc=test\nobjectClass: dcObject\nobjectClass: organization\ndc: pool\no: pool\n';
  const entry = ([name, password]: [string, string]): string =>
    `\ndn: uid=${name},dc=pool,dc=test\nobjectClass: inetOrgPerson\nuid: ${name}\ncn: ${name}\nsn: ${name}\nuserPassword: ${password}\n`;
  return base + Object.entries(users).map(entry).join('');
}
