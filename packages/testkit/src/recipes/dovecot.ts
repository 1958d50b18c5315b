import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Certificate } from '../certificates/certificate.ts';
import { testCertificates } from '../certificates/test-certificates.ts';
import { writeCertificate } from '../certificates/write-certificate.ts';
import { findBinary } from '../find-binary.ts';
import type { RealServer } from '../real-server.ts';
import type { Recipe, Site } from '../recipe.ts';
import { type Account, handOver, isRoot, ordinaryAccount, run } from './account.ts';

export interface DovecotOptions {
  /** Names and passwords of those who have a mailbox. @default { alice: 'secret' } */
  readonly users?: Readonly<Record<string, string>>;
  /** @default `server` of `testCertificates` */
  readonly certificate?: Certificate;
  /** Logged-in connections of one user from one address; more are refused as Dovecot does. @default 100 */
  readonly maxUserConnections?: number;
  /** Run it as an ordinary user although this process is root's. @default false */
  readonly ordinary?: boolean;
  /** Further settings, the last of which counts: `imap_idle_notify_interval = 1s`, say. @default '' */
  readonly config?: string;
}

/**
 * Dovecot with IMAP on the ports `imap` (STARTTLS) and `imaps`. A client whose address is that of the server, 127.0.0.1, counts as secure:
 * use `localAddress: '127.0.0.2'` to see LOGINDISABLED. Mail outlives a restart. Whether clients hear `* BYE` before a `halt` ends their
 * connections is a matter of luck, as with any Dovecot whose processes are all told to end; `kick` always says it.
 */
export function dovecot(options: DovecotOptions = {}): Recipe {
  return {
    name: 'dovecot',
    binary: 'dovecot',
    aptPackage: 'dovecot-imapd',
    ports: ['imap', 'imaps'],
    // The port accepts before anybody is there to answer; a Dovecot that is told to end then takes seconds.
    async ready({ port }) {
      const socket = connect(port('imap'), '127.0.0.1');
      try {
        const [greeting] = await once(socket.setEncoding('ascii'), 'data');
        if (!String(greeting).startsWith('* OK')) throw new Error(`it greeted ${String(greeting).trim()}`);
      } finally {
        socket.destroy();
      }
    },
    async prepare(site) {
      const { users = { alice: 'secret' }, certificate = (await testCertificates()).server, ordinary = !isRoot() } = options;
      const { dir } = site;
      const config = join(dir, 'dovecot.conf');
      const account = ordinaryAccount();
      const { certFile, keyFile } = await writeCertificate(dir, certificate);
      // Mail never belongs to root, whoever runs the server.
      const homes = join(dir, 'mail');
      const line = ([name, password]: [string, string]): string =>
        `${name}:{PLAIN}${password}:${account.uid}:${account.gid}::${join(homes, name)}\n`;
      await writeFile(join(dir, 'users'), Object.entries(users).map(line).join(''));
      await mkdir(homes, { recursive: true });
      await writeFile(config, settings(site, { ...options, certFile, keyFile }, ordinary ? account : undefined));
      await handOver(ordinary ? dir : homes, account);
      return { args: ['-F', '-c', config], ...(ordinary && { account }) };
    },
  };
}

/** Ends all connections of a user as an administrator would: each gets `* BYE`. */
export async function kick(server: RealServer, user: string): Promise<void> {
  const config = join(server.site.dir, 'dovecot.conf');
  const { uid } = await stat(config);
  const account = isRoot() && uid === 0 ? undefined : ordinaryAccount();
  await run(findBinary('doveadm') ?? 'doveadm', ['-c', config, 'kick', user], account);
}

function settings(
  { dir, port }: Site,
  options: DovecotOptions & { readonly certFile: string; readonly keyFile: string },
  account: Account | undefined,
): string {
  const { maxUserConnections = 100, config = '', certFile, keyFile } = options;
  const emptyChroot = (service: string): string => `service ${service} {\n  chroot =\n}\n`;
  const unprivileged = (name: string, group: string): string => `
default_internal_user = ${name}
default_internal_group = ${group}
default_login_user = ${name}
${['imap-login', 'anvil', 'stats'].map(emptyChroot).join('')}`;
  return `
base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_home = ${dir}/mail/%u
mail_max_userip_connections = ${maxUserConnections}
auth_mechanisms = plain login
# After a wrong password the next good login from that address would wait for seconds.
auth_failure_delay = 0
ssl = yes
ssl_cert = <${certFile}
ssl_key = <${keyFile}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
userdb {
  driver = passwd-file
  args = ${dir}/users
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  process_min_avail = 1
  service_count = 0
  inet_listener imap {
    port = ${port('imap')}
  }
  inet_listener imaps {
    port = ${port('imaps')}
    ssl = yes
  }
}
${account === undefined ? '' : unprivileged(account.name, account.group)}
${config}
`;
}
