import { execFile, execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

/** As whom a server runs. */
export interface Account {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/** Who runs this process; nobody when that is root, whom some servers refuse. */
export function ordinaryAccount(): Account {
  const name = isRoot() ? 'nobody' : userInfo().username;
  const ask = (flag: string): string => execFileSync('id', [flag, name], { encoding: 'utf8' }).trim();
  return { name, group: ask('-gn'), uid: Number(ask('-u')), gid: Number(ask('-g')) };
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Gives it a directory with all that is in it. Whoever is not root has it already. */
export async function handOver(dir: string, account: Account): Promise<void> {
  if (isRoot()) await run('chown', ['-R', `${account.uid}:${account.gid}`, dir]);
}

/**
 * Runs a program to its end; resolves with what it wrote to stdout.
 * @throws Error with its output when it fails
 */
export async function run(binary: string, args: readonly string[], account?: Account): Promise<string> {
  const { uid, gid } = account ?? {};
  // In a directory that everybody may enter: some programs insist on knowing where they are.
  const options = { cwd: '/', ...(uid !== undefined && gid !== undefined && { uid, gid }) };
  const { stdout } = await promisify(execFile)(binary, [...args], options);
  return stdout;
}
