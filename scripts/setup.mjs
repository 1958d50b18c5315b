// Makes a fresh clone usable on a machine that has node and npm, and returns at once where nothing is to be done.
//   node scripts/setup.mjs [--build=@pool/cli]
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { members } from './workspace.mjs';

const { packageManager: pnpm } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stamp = join(root, 'node_modules', '.setup');

/** @param {string} [output] @returns {never} */
function fail(/** @type {string} */ message, output = '') {
  process.stderr.write(`${output}\nsetup: ${message}\n`);
  process.exit(1);
}

/** All that decides what an install puts where. */
function wanted() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${root}`);
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  for (const { folder } of members()) hash.update(readFileSync(join(root, folder, 'package.json')));
  return hash.digest('hex');
}

function installed() {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted()) return false;
  return members()
    .filter(({ manifest }) => Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).length > 0)
    .every(({ folder }) => existsSync(join(root, folder, 'node_modules')));
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node 20.19 or newer is needed, this is ${process.version}.`);

if (!installed()) {
  process.stdout.write('setup: installing dependencies\n');
  // From elsewhere, because npx would take the pnpm that is installed here, and that one may have to replace itself.
  const install = await run(
    'npx',
    ['--yes', '--prefer-offline', pnpm, `--dir=${root}`, 'install', '--frozen-lockfile', '--prefer-offline'],
    {
      cwd: tmpdir(),
      // pnpm then asks nobody before it replaces a folder.
      env: { CI: 'true' },
    },
  );
  if (!install.ok) fail('the dependencies could not be installed.', install.output);
  writeFileSync(stamp, wanted());
}

const target = process.argv.find((argument) => argument.startsWith('--build='))?.slice('--build='.length);
if (target !== undefined) {
  const build = await run('turbo', ['run', 'build', `--filter=${target}`]);
  if (!build.ok) fail(`${target} could not be built.`, build.output);
}
