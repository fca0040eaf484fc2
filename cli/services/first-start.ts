import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Founding day of the demo's authority: before the oldest document of the seed. */
export const FOUNDED = new Date('2025-01-06T01:00:00.000Z');

const MARK = 'seed.json';

interface Mark {
  readonly state: 'begun' | 'done' | 'none';
  readonly demo: string;
}

function readMark(folder: string): Mark | undefined {
  const path = join(folder, MARK);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Mark) : undefined;
}

function writeMark(folder: string, mark: Mark): void {
  const beside = join(folder, `${MARK}.${process.pid}`);
  writeFileSync(beside, JSON.stringify(mark), { mode: 0o600, flush: true });
  renameSync(beside, join(folder, MARK));
}

/** A seed that was cut off: nothing in the folder is anybody's work yet, so the next start begins from nothing. */
export function wasCutOff(folder: string): boolean {
  return readMark(folder)?.state === 'begun';
}

/** True on the first start of a folder with a demo; from here until `finish` it counts as cut off. */
export function beginFirstStart(folder: string, demo: string): boolean {
  if (readMark(folder) !== undefined) return false;
  writeMark(folder, { state: demo === 'none' ? 'none' : 'begun', demo });
  return demo !== 'none';
}

export function isSeeding(folder: string): boolean {
  return readMark(folder)?.state === 'begun';
}

export function finishFirstStart(folder: string, demo: string): void {
  writeMark(folder, { state: 'done', demo });
}
