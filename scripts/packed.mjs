import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, succeed } from './run.mjs';
import { published } from './workspace.mjs';

/** @import { Member } from './workspace.mjs' */

/**
 * Packs what is published, has the tarballs inspected, and installs them together where nothing of the workspace is in reach:
 * there every entry must import, its types must hold, and every command must answer.
 *
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export async function inspectPackages() {
  const folder = mkdtempSync(join(tmpdir(), 'pool-packed-'));
  try {
    const packages = published();
    const tarballs = join(folder, 'tarballs');
    mkdirSync(tarballs);
    for (const { folder: from } of packages)
      await succeed('pnpm', ['pack', '--pack-destination', tarballs], { cwd: join(root, from) });
    for (const tarball of readdirSync(tarballs)) {
      const file = join(tarballs, tarball);
      await inspectContents(file);
      await succeed('publint', ['run', file, '--strict']);
    }
    for (const { manifest } of packages.filter(({ manifest }) => manifest.exports?.['.'] !== undefined)) {
      await succeed('attw', [join(tarballs, tarballOf(manifest)), '--profile', 'esm-only', '--no-emoji', '--no-color']);
    }
    await install(packages, tarballs, join(folder, 'app'));
    return { ok: true, output: '' };
  } catch (error) {
    return { ok: false, output: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Member['manifest']} manifest */
function tarballOf({ name, version }) {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

/** @param {string} tarball */
async function inspectContents(tarball) {
  const files = (await succeed('tar', ['-tzf', tarball])).trim().split('\n');
  for (const needed of ['package/LICENSE', 'package/README.md', 'package/package.json']) {
    if (!files.includes(needed)) throw new Error(`${tarball} lacks ${needed}`);
  }
  const tests = files.filter((file) => /\.test(-d)?\.ts$|\/test\//.test(file));
  if (tests.length > 0) throw new Error(`${tarball} contains tests: ${tests.join(', ')}`);
}

/** What the workspace has to override (peers pin what is not in every registry), its user has to as well. */
function overrides() {
  const [, block = ''] = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split(/^overrides:$/m);
  const [lines = ''] = block.split(/^\S/m);
  return Object.fromEntries([...lines.matchAll(/^ {2}"?([^\s":]+)"?: (\S+)$/gm)].map(([, name, version]) => [name, version]));
}

/**
 * @param {readonly Member[]} packages
 * @param {string} tarballs
 * @param {string} app
 */
async function install(packages, tarballs, app) {
  mkdirSync(app);
  const dependencies = Object.fromEntries(
    packages.map(({ manifest }) => [manifest.name, `file:${join(tarballs, tarballOf(manifest))}`]),
  );
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies, overrides: overrides() }),
  );
  // What the tarballs depend on was downloaded before, more often than not.
  await succeed('npm', ['install', '--prefer-offline', '--engine-strict', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: app,
  });

  const entries = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => manifest.name + entry.slice(1)),
  );
  for (const entry of entries) {
    await succeed(process.execPath, ['--input-type=module', '--eval', `await import(${JSON.stringify(entry)})`], { cwd: app });
  }

  writeFileSync(join(app, 'app.ts'), entries.map((entry) => `export * from '${entry}';\n`).join(''));
  const options = {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  };
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['app.ts'] }));
  await succeed('tsc', ['-p', app], { cwd: app });

  for (const { manifest } of packages) {
    for (const command of Object.keys(manifest.bin ?? {})) {
      await succeed(join(app, 'node_modules', '.bin', command), ['--help'], { cwd: app });
    }
  }
}
