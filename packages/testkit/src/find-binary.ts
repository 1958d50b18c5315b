import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Recipe } from './recipe.ts';

/** Debian keeps servers where only root's PATH leads. */
const serverDirs = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** And those of PostgreSQL in a directory for each version, of which none is on PATH. */
const postgresDir = '/usr/lib/postgresql';

/** The path of the program, or undefined. */
export function findBinary(name: string): string | undefined {
  for (const dir of [...(process.env.PATH ?? '').split(delimiter), ...serverDirs, ...postgresDirs()]) {
    const path = join(dir, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

function postgresDirs(): string[] {
  try {
    const versions = readdirSync(postgresDir).sort((one, other) => Number(other) - Number(one));
    return versions.map((version) => join(postgresDir, version, 'bin'));
  } catch {
    return [];
  }
}

/** One line: what is missing and how to get it. */
export function missingMessage({ binary, aptPackage }: Recipe): string {
  return `${binary} is not installed: apt-get install -y ${aptPackage}`;
}

const told = new Set<string>();

/**
 * Can this server be started here? For `describe.runIf(available(recipe))`. When it is missing, that is said once on stderr;
 * with CI set it is an error, so that nothing is skipped there unseen.
 */
export function available(recipe: Recipe): boolean {
  if (findBinary(recipe.binary) !== undefined) return true;
  const message = missingMessage(recipe);
  if (isCi()) throw new Error(`${message} (CI is set, so its tests are not skipped)`);
  if (!told.has(message)) process.stderr.write(`skipping tests: ${message}\n`);
  told.add(message);
  return false;
}

function isCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
}
