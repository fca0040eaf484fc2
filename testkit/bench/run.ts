/**
 * `npm run bench`: one JSON line a figure, each beside the limit measured in the same run. Words behind it choose the
 * figures whose names contain one of them: `npm run bench -- sign/ p-256`. What the limit is stands where the figure is made.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { IN_CHROMIUM, inChromium } from './browser.ts';
import { measure } from './figure.ts';
import { JUDGING } from './judging.ts';
import { PEERS } from './peers.ts';
import { LOOKUP, LOOKUP_MEMORY, lookupMemory } from './revocation.ts';
import { SIGNING } from './signing.ts';

// A reader that has seen enough (`| head`) ends the run.
process.stdout.on('error', () => process.exit());
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((word) => name.includes(word));
const print = (figure: object): void => void process.stdout.write(`${JSON.stringify(figure)}\n`);

for (const { name, make } of [...SIGNING, ...PEERS, ...JUDGING, LOOKUP]) {
  if (isWanted(name)) print(await measure({ name, ...(await make()) }));
}
const inBrowser = isWanted(IN_CHROMIUM) ? await inChromium() : undefined;
if (inBrowser !== undefined) print(inBrowser);
if (isWanted(LOOKUP_MEMORY)) print(lookupMemory());

/** Figures that need a database measure in a process of their own, in the room they are about. */
if (wanted.length === 0 || wanted.some((word) => word.startsWith('directory'))) {
  const script = fileURLToPath(new URL('../../agency/directory/bench.ts', import.meta.url));
  spawnSync(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
}

if (wanted.length === 0 || wanted.some((word) => word.startsWith('certificates'))) {
  const script = fileURLToPath(new URL('../../agency/certificates/bench.ts', import.meta.url));
  spawnSync(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
}

if (wanted.length === 0 || wanted.some((word) => word.startsWith('keys'))) {
  const script = fileURLToPath(new URL('../../authority/keys/bench.ts', import.meta.url));
  spawnSync(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
}

if (wanted.length === 0 || wanted.some((word) => word.startsWith('issuance'))) {
  const script = fileURLToPath(new URL('../../authority/issuance/bench.ts', import.meta.url));
  spawnSync(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
}

const services = ['crl', 'tsa', 'ocsp', 'restore'].filter(
  (part) => isWanted(`authority/${part}`) || wanted.some((word) => word.startsWith(`authority/${part}`)),
);
if (services.length > 0) {
  const script = fileURLToPath(new URL('../../authority/bench/run.ts', import.meta.url));
  spawnSync(process.execPath, [script, ...services], { stdio: ['ignore', 'inherit', 'inherit'] });
}
