import { once } from 'node:events';
import { access, appendFile, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Certificate } from '../certificates/certificate.ts';
import { testCertificates } from '../certificates/test-certificates.ts';
import { writeCertificate } from '../certificates/write-certificate.ts';
import { findBinary } from '../find-binary.ts';
import type { Recipe } from '../recipe.ts';
import { type Account, handOver, ordinaryAccount, run } from './account.ts';

export interface PostgresOptions {
  /** The password of its superuser `postgres`. @default 'secret' */
  readonly password?: string;
  /** False: it has no TLS, and answers an SSLRequest with N. @default `server` of `testCertificates` */
  readonly certificate?: Certificate | false;
  /** Refuse clients without a certificate of this authority, in PEM. @default asks for none */
  readonly clientCa?: string;
  /** Refuse those that come in the clear over TCP. @default false */
  readonly requireTls?: boolean;
  /** Further lines of postgresql.conf: `max_connections = 5`, say. @default '' */
  readonly config?: string;
}

/**
 * PostgreSQL with passwords by SCRAM-SHA-256, on a port and on a Unix socket in its directory (`.s.PGSQL.PORT`). It refuses to be root; then
 * it runs as nobody. What it stores outlives a restart, though not the crash of the machine. The first start takes a second.
 */
export function postgres(options: PostgresOptions = {}): Recipe {
  return {
    name: 'postgres',
    binary: 'postgres',
    aptPackage: 'postgresql',
    async prepare({ dir, port }) {
      const account = ordinaryAccount();
      const data = join(dir, 'data');
      await handOver(dir, account);
      const isMade = await access(join(data, 'PG_VERSION')).then(
        () => true,
        () => false,
      );
      if (!isMade) await initialize(dir, data, options, account);
      const { certificate = (await testCertificates()).server, clientCa, requireTls = false } = options;
      const settings = [
        `port = ${port()}`,
        "listen_addresses = '127.0.0.1'",
        `unix_socket_directories = '${dir}'`,
        'fsync = off',
        "shared_buffers = '16MB'",
        // Nothing of it in /dev/shm, even when it is killed.
        'dynamic_shared_memory_type = mmap',
        'log_connections = on',
      ];
      if (certificate !== false) {
        const { certFile, keyFile } = await writeCertificate(dir, certificate);
        settings.push('ssl = on', `ssl_cert_file = '${certFile}'`, `ssl_key_file = '${keyFile}'`);
      }
      if (clientCa !== undefined) {
        await writeFile(join(dir, 'client-ca.crt'), clientCa);
        settings.push(`ssl_ca_file = '${dir}/client-ca.crt'`);
      }
      await writeFile(join(data, 'pool.conf'), [...settings, options.config ?? '', ''].join('\n'));
      const tcp = requireTls || clientCa !== undefined ? 'hostssl' : 'host';
      const verify = clientCa === undefined ? '' : 'clientcert=verify-ca';
      await writeFile(
        join(data, 'pg_hba.conf'),
        `local all all scram-sha-256\n${tcp} all all 127.0.0.1/32 scram-sha-256 ${verify}\n`,
      );
      await handOver(dir, account);
      return { args: ['-D', data], account };
    },
    // It listens before it lets in.
    async ready({ port }) {
      const socket = connect(port(), '127.0.0.1');
      try {
        socket.write(startup('postgres'));
        const [answer] = await once(socket.setEncoding('latin1'), 'data');
        if (String(answer).includes('C57P03\0')) throw new Error('it is starting up');
      } finally {
        socket.destroy();
      }
    },
    // SIGTERM would wait until the last client has left.
    stopSignal: 'SIGINT',
  };
}

/** The first message of a client: version 3.0, and who it is. */
function startup(user: string): Buffer {
  const parameters = `user\0${user}\0\0`;
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(0x3_00_00, 4);
  return Buffer.concat([head, Buffer.from(parameters)]);
}

async function initialize(dir: string, data: string, { password = 'secret' }: PostgresOptions, account: Account): Promise<void> {
  const passwordFile = join(dir, 'password');
  await mkdir(data, { recursive: true });
  await writeFile(passwordFile, password);
  await handOver(dir, account);
  const login = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const initdb = findBinary('initdb') ?? 'initdb';
  await run(initdb, [`--pgdata=${data}`, ...login, '--no-locale', '--encoding=UTF8', '--no-sync'], account);
  await appendFile(join(data, 'postgresql.conf'), "\ninclude 'pool.conf'\n");
}
