import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/**
 * @typedef {{
 *   name: string, version: string, private?: boolean, bin?: Record<string, string>,
 *   exports?: Record<string, string | Record<string, string>>,
 *   dependencies?: Record<string, string>, devDependencies?: Record<string, string>,
 * }} Manifest
 * @typedef {{ folder: string, manifest: Manifest }} Member
 */

/** @returns {Member[]} the packages and apps, in the order of their folders */
export function members() {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .sort()
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) })),
  );
}

/** @returns {Member[]} those that are published */
export function published() {
  return members().filter(({ manifest }) => manifest.private !== true);
}
