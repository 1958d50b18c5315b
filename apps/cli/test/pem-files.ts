import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificate, testCertificates } from '@pool/testkit';
import { afterAll } from 'vitest';

export interface PemFiles {
  /** The authority that signed the servers' certificates. */
  readonly ca: string;
  readonly otherCa: string;
  /** A client's certificate and its key in one file. */
  readonly client: string;
  readonly strangeClient: string;
  /** The same as `client` in two. */
  readonly clientCert: string;
  readonly clientKey: string;
  /** Writes another one. */
  write(name: string, text: string): string;
}

/** The certificates of testkit as files, until the tests of this file end. */
export async function pemFiles(): Promise<PemFiles> {
  const { ca, otherCa, client, strangeClient } = await testCertificates();
  const dir = mkdtempSync(join(tmpdir(), 'pool-cli-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const write = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  const both = ({ cert, key }: Certificate): string => cert + key;
  return {
    ca: write('ca.pem', ca.cert),
    otherCa: write('other-ca.pem', otherCa.cert),
    client: write('client.pem', both(client)),
    strangeClient: write('strange-client.pem', both(strangeClient)),
    clientCert: write('client.crt', client.cert),
    clientKey: write('client.key', client.key),
    write,
  };
}
