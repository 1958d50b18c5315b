import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { contestants } from './contestants/all.ts';

/** What the numbers are true of. */
export interface Machine {
  readonly node: string;
  readonly v8: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Run from TypeScript sources, whose loader changes the functions that it compiles. */
  readonly fromSource: boolean;
}

/** @param packageNames those whose versions matter. Default: the contestants of the scenarios */
export function machine(packageNames = contestants.flatMap(({ packageName }) => packageName ?? [])): Machine {
  const [processor] = cpus();
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    system: `${type()} ${release()} ${process.arch}`,
    processor: processor?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    versions: Object.fromEntries(packageNames.map((packageName) => [packageName, versionOf(packageName)])),
    fromSource: import.meta.url.endsWith('.ts'),
  };
}

/** Not every package lets its package.json be imported. */
function versionOf(packageName: string): string {
  for (let folder = new URL('.', import.meta.resolve(packageName)); folder.pathname !== '/'; folder = new URL('..', folder)) {
    try {
      const about: unknown = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
      if (typeof about === 'object' && about !== null && 'name' in about && about.name === packageName && 'version' in about) {
        return String(about.version);
      }
    } catch {
      // Further up.
    }
  }
  return 'unknown';
}
