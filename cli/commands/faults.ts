import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

/** `antin faults --runs N`: kills an issuing authority between its steps. Stands beside its tests, which only a checkout has. */
export async function run(argv: string[], io: Io): Promise<number> {
  const script = fileURLToPath(new URL('../../authority/faults/run-for-tests.ts', import.meta.url));
  if (argv.includes('--help')) {
    io.stdout.write(
      'antin faults [--runs N] [--quiet]: kills processes of an authority between any two steps, with the database, the signer and the clock; one line of JSON\n',
    );
    return exit.ok;
  }
  if (!existsSync(script) || !existsSync(fileURLToPath(new URL('../../testkit', import.meta.url)))) {
    io.stderr.write('antin faults: only a checkout can do this, this installation has no test kit\n');
    return exit.unavailable;
  }
  const done = spawnSync(process.execPath, [script, ...argv], { stdio: ['ignore', 'inherit', 'inherit'] });
  return done.status ?? exit.fault;
}
