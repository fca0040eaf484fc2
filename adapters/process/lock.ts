import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { startTimeOf } from './start-time.ts';

/** Who holds a lock file. The start time tells a re-used process id apart: in containers ids begin at 1 each time. */
export interface Holder {
  readonly pid: number;
  readonly started: string;
}

export function thisProcess(): Holder {
  return { pid: process.pid, started: startTimeOf(process.pid) };
}

/**
 * Takes a lock file for this process; one that was left by a killed process is taken over.
 *
 * @returns undefined when taken, else what the living holder wrote
 */
export function takeLock<T extends Holder>(path: string, mine: T): T | undefined {
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      try {
        // A link appears with its content or not at all, for one process only.
        linkSync(beside, path);
        return undefined;
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
      }
      const found = textOf(path);
      const other = found === undefined ? undefined : (parse(found) as T | undefined);
      if (other !== undefined && other.started !== '' && startTimeOf(other.pid) === other.started) return other;
      if (found !== undefined) removeStale(path, found);
    }
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Two may find the same left-over: what the faster one has put in its place is not removed. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (textOf(aside) !== stale) linkSync(aside, path);
  } catch (fault) {
    if (!['ENOENT', 'EEXIST'].includes((fault as NodeJS.ErrnoException).code ?? '')) throw fault;
  } finally {
    rmSync(aside, { force: true });
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return typeof holder?.pid === 'number' && typeof holder.started === 'string' ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}
