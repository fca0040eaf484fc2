import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { completeBinaries, copyBinaries, type Binaries } from './binaries.ts';
import { DatabaseFault } from '../fault.ts';
import { runBy, type Way } from './way.ts';

/** Where root keeps what another user id must reach when the checkout lies under a closed home. */
const OUTSIDE = '/var/lib/antin';

export interface Placed {
  readonly binaries: Binaries;
  /** PGDATA. */
  readonly cluster: string;
}

/** Finds places for binaries and data that `way` can reach, or says why there are none. */
export function placeFor(way: Way, installed: Binaries, dataDir: string, outside = OUTSIDE): Placed | { readonly why: string } {
  try {
    const binaries = reachableBinaries(way, installed, process.geteuid?.() === 0 ? outside : dirname(resolve(dataDir)));
    if ('why' in binaries) return binaries;
    const cluster = reachableCluster(way, dataDir, outside);
    return 'why' in cluster ? cluster : { binaries, cluster: cluster.path };
  } catch (fault) {
    return { why: (fault as Error).message };
  }
}

function reachableBinaries(way: Way, installed: Binaries, copyInto: string): Binaries | { why: string } {
  const complete = completeBinaries(installed);
  const inPlace = complete ? runBy(way, installed.postgres, ['--version']) : { ok: false, said: 'libraries are not linked' };
  if (inPlace.ok) return installed;
  const copy = copyBinaries(installed, copyInto);
  completeBinaries(copy);
  const there = runBy(way, copy.postgres, ['--version']);
  return there.ok ? copy : { why: `${copy.postgres}: ${there.said || inPlace.said}` };
}

function reachableCluster(way: Way, dataDir: string, outside: string): { path: string } | { why: string } {
  const pointer = pointerOf(dataDir);
  const moved = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : undefined;
  const elsewhere = moved ?? join(outside, createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16));
  // Data that exists stays where it is; only a first start may choose.
  const candidates = moved !== undefined ? [moved] : existsSync(join(dataDir, 'PG_VERSION')) ? [dataDir] : [dataDir, elsewhere];
  let why = '';
  for (const path of candidates) {
    if (path === elsewhere) {
      if (process.geteuid?.() !== 0) break;
      mkdirSync(outside, { recursive: true, mode: 0o755 });
    }
    mkdirSync(path, { recursive: true, mode: 0o700 });
    own(path, way.owner);
    // A copy or a backup brought back may be open to others, and PostgreSQL then refuses it.
    chmodSync(path, 0o700);
    const probe = runBy(way, '/bin/sh', ['-c', 'cd "$1" && : > .antin-probe && rm .antin-probe', 'sh', path]);
    if (probe.ok) {
      if (path !== dataDir && moved === undefined) writeFileSync(pointer, `${path}\n`, { mode: 0o600 });
      if (path !== dataDir) rmEmpty(dataDir);
      return { path };
    }
    why = `${path}: ${probe.said}`;
  }
  return { why: why || `${dataDir} cannot be used` };
}

/** Who owns the folder, or the nearest one above that is there. */
export function ownerOf(folder: string): Way['owner'] {
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (existsSync(path)) return { uid: statSync(path).uid, gid: statSync(path).gid };
  }
}

/** Beside the folder, because the folder itself must stay empty for initdb. */
function pointerOf(dataDir: string): string {
  return `${resolve(dataDir)}.location`;
}

/** Removes a cluster wherever it was placed (`--fresh`). The server must be stopped. */
export function removeCluster(dataDir: string): void {
  const pointer = pointerOf(dataDir);
  if (existsSync(pointer)) rmSync(readFileSync(pointer, 'utf8').trim(), { recursive: true, force: true });
  rmSync(pointer, { force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

function rmEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
}

/** A start as root after one as nobody, or the other way round, must find files that it may open. */
function own(folder: string, owner: Way['owner']): void {
  if (statSync(folder).uid === owner.uid) return;
  if (process.geteuid?.() !== 0) {
    throw new DatabaseFault('db.not-startable', `${folder} belongs to another user (uid ${statSync(folder).uid})`);
  }
  const visit = (path: string) => {
    const isFolder = lstatSync(path).isDirectory();
    if (!lstatSync(path).isSymbolicLink()) chownSync(path, owner.uid, owner.gid);
    if (isFolder) for (const name of readdirSync(path)) visit(join(path, name));
  };
  visit(folder);
}

/**
 * A private folder for the unix socket. Not the data folder: a socket's path is limited to 107 bytes by the kernel,
 * and data folders may be long.
 */
export function socketFolder(way: Way): string {
  const runtime = way.name !== 'unprivileged-uid' ? process.env['XDG_RUNTIME_DIR'] : undefined;
  for (const parent of [runtime, tmpdir(), '/tmp', '/var/tmp']) {
    if (parent === undefined || Buffer.byteLength(parent) > 107 - '/antin-XXXXXX/.s.PGSQL.5432'.length) continue;
    try {
      const folder = mkdtempSync(join(parent, 'antin-'));
      own(folder, way.owner);
      if (runBy(way, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]).ok) return folder;
      rmSync(folder, { recursive: true });
    } catch {
      // Not writable: the next one.
    }
  }
  throw new DatabaseFault('db.not-startable', `no folder for a unix socket: set TMPDIR to a short, writable path`);
}
