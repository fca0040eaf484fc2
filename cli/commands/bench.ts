import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

/** `antin bench`: one JSON line a figure on stdout. The measuring stands in the test kit, which only a checkout has. */
export async function run(argv: string[], io: Io): Promise<number> {
  const script = fileURLToPath(new URL('../../testkit/bench/run.ts', import.meta.url));
  if (argv.includes('--help')) {
    io.stdout.write(
      'antin bench: measures signing and validating beside the limit of the raw operations, one JSON line a figure\n',
    );
    return exit.ok;
  }
  if (!existsSync(script)) {
    io.stderr.write('antin bench: only a checkout can measure, this installation has no test kit\n');
    return exit.unavailable;
  }
  const done = spawnSync(process.execPath, [script, ...argv], { stdio: ['ignore', 'inherit', 'inherit'] });
  return done.status ?? exit.fault;
}
