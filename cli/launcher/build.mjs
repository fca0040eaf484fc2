import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherFault } from './fault.mjs';
import { newNode, root } from './place.mjs';

/** Everything that can end up in a browser: the web room and the pure rooms below it. */
const sources = ['formats', 'protocol', 'pki', 'signature', 'web'];
const built = join(root, 'web', 'dist');
const stampFile = join(built, '.antin-built');

/** Builds the web assets unless nothing they are made of has changed. */
export function buildWhatChanged() {
  const stamp = hashOfSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) {
    if (existsSync(join(built, '.vite', 'manifest.json'))) return;
    throw new LauncherFault(
      'the web pages are not built and vite is not installed: run "npm ci" without --omit=dev, then "npm run build"',
    );
  }
  process.stderr.write('antin: building the web pages\n');
  const done = spawnSync(newNode(), [vite, 'build', 'web', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // A test that starts the system has NODE_ENV=test, with which everybody's pages would get React for developers.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (done.status !== 0) throw new LauncherFault('the web pages could not be built, see above');
  writeFileSync(stampFile, stamp);
}

function hashOfSources() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!['node_modules', 'dist'].includes(entry.name)) visit(path);
      } else if (!/\.test\.tsx?$/.test(entry.name)) {
        hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
      }
    }
  };
  for (const room of sources) visit(room);
  return hash.digest('hex');
}
