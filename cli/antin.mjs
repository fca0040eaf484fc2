#!/usr/bin/env node
// The launcher: plain JavaScript for any Node from 20.19 on. It installs and builds what is missing and hands over to
// the Node that came with the install, which runs the TypeScript of `cli/main.ts` directly.
import { installWhatIsMissing } from './launcher/install.mjs';
import { buildWhatChanged } from './launcher/build.mjs';
import { handOver } from './launcher/hand-over.mjs';
import { LauncherFault } from './launcher/fault.mjs';

const [verb, ...rest] = process.argv.slice(2);

/** What each verb of `package.json` needs before the hand-over; every other verb goes straight to `main.ts`. */
const verbs = {
  start: { build: true, runs: ['serve'] },
  build: { build: true, runs: undefined },
  'npm-test': { build: false, runs: ['check'] },
  check: { build: false, runs: ['check'] },
  bench: { build: false, runs: ['bench'] },
  judges: { build: false, runs: ['judges'] },
  faults: { build: false, runs: ['faults'] },
};

try {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new LauncherFault(
      `Antin needs Node 20.19 or newer to start (this is ${process.versions.node}); it brings its own Node 24 for the rest`,
    );
  }
  const known = Object.hasOwn(verbs, verb ?? '') ? verbs[verb] : undefined;
  if (known !== undefined) installWhatIsMissing({ tests: ['check', 'bench', 'faults'].includes(known.runs?.[0] ?? '') });
  if (known?.build === true) buildWhatChanged();
  if (known !== undefined && known.runs === undefined) process.exit(0);
  process.exitCode = await handOver(known === undefined ? process.argv.slice(2) : [...known.runs, ...rest]);
} catch (fault) {
  if (!(fault instanceof LauncherFault)) throw fault;
  process.stderr.write(`antin: ${fault.message}\n`);
  process.exitCode = 70;
}
