import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** `postmaster.pid`, the server's own note about itself (PostgreSQL source: `src/include/utils/pidfile.h`). */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly socketDir: string;
  readonly status: string;
}

export function readPidFile(cluster: string): PidFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(cluster, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), socketDir: lines[4] ?? '', status: (lines[7] ?? '').trim() };
}

/** Whether the process of a note still is a server of this folder: process ids are re-used, most of all in containers. */
export function servesCluster(note: PidFile, cluster: string): boolean {
  try {
    process.kill(note.pid, 0);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${note.pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    return existsSync(`/proc/${note.pid}`) || process.platform !== 'linux';
  }
}

/** After a kill -9 of everything: the note and the socket folder of the dead server. */
export function clearStale(cluster: string, note: PidFile): void {
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
  removeSocketFolder(note.socketDir);
}

/** Only a folder of ours is removed: its name and owner are checked, because the path comes out of a file. */
export function removeSocketFolder(folder: string): void {
  try {
    if (/^antin-[A-Za-z0-9]{6}$/.test(basename(folder)) && statSync(folder).isDirectory()) rmSync(folder, { recursive: true });
  } catch {
    // Gone already, or not ours to remove.
  }
}
