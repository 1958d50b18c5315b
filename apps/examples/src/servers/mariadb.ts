import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe, Site } from '@pool/testkit';

/** Where Debian keeps the statements that make an empty database. */
const statements = '/usr/share/mysql';

/** MariaDB, for `realServer`. `alice` with the password `secret` may do everything. The first start takes a second or two. */
export function mariadb(): Recipe {
  return {
    name: 'mariadb',
    binary: 'mariadbd',
    aptPackage: 'mariadb-server-core',
    async prepare(site) {
      const own = options(site);
      const data = join(site.dir, 'data');
      const isMade = await access(join(data, 'mysql')).then(
        () => true,
        () => false,
      );
      if (!isMade) await initialize(data, own);
      const start = join(site.dir, 'start.sql');
      await writeFile(start, "CREATE OR REPLACE USER alice IDENTIFIED BY 'secret';\nGRANT ALL ON *.* TO alice;\n");
      return {
        args: [...own, `--port=${site.port()}`, '--bind-address=127.0.0.1', '--skip-name-resolve', `--init-file=${start}`],
      };
    },
  };
}

function options({ dir }: Site): readonly string[] {
  return [
    '--no-defaults',
    `--datadir=${join(dir, 'data')}`,
    `--socket=${join(dir, 'mariadb.sock')}`,
    // As it starts it removes what others have left there, and what they still use.
    `--tmpdir=${dir}`,
    '--innodb-buffer-pool-size=8M',
    '--innodb-log-file-size=4M',
    '--innodb-flush-method=nosync',
    // Root has to say that it means it.
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
}

async function initialize(data: string, own: readonly string[]): Promise<void> {
  await mkdir(data, { recursive: true });
  const child = spawn('mariadbd', [...own, '--bootstrap'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  child.stdin.on('error', () => {}).write('CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n');
  for (const file of ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql']) {
    child.stdin.write(await readFile(join(statements, file)));
  }
  child.stdin.end();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`mariadbd --bootstrap ended with ${code}: ${said}`);
}
