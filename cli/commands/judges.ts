import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

const usage = `antin judges: what other engines say about our signatures, and we about theirs

  --write    write the matrix of answers into docs/judges.md instead of comparing with it
  NAME       only the files in tools/judges whose name contains NAME

EU DSS, veraPDF and Apache POI come from Maven Central, pyHanko from PyPI, the rest from Debian and npm; a judge whose registry does
not answer is left out with a line that says so.
`;

/** `antin judges`: 0 when every answer is the expected one. The judges stand in `tools/judges`, which only a checkout has. */
export async function run(argv: string[], io: Io): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(usage);
    return exit.ok;
  }
  const config = path('tools/judges/vitest.config.ts');
  if (!existsSync(config)) {
    io.stderr.write('antin judges: only a checkout can ask them, this installation has no tools/judges\n');
    return exit.unavailable;
  }
  const names = argv.filter((one) => one !== '--write');
  if (names.some((one) => one.startsWith('-'))) {
    io.stderr.write(usage);
    return exit.usage;
  }
  const { status } = spawnSync(
    process.execPath,
    [path('node_modules/vitest/vitest.mjs'), 'run', `--config=${config}`, ...names],
    {
      cwd: path('.'),
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...io.env, ...(argv.includes('--write') ? { ANTIN_JUDGES_WRITE: '1' } : {}) },
    },
  );
  return status ?? exit.fault;
}
