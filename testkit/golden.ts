import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Set in the environment, golden files are written anew instead of being compared. */
const WRITE = process.env['ANTIN_WRITE_GOLDEN'] === '1';

/**
 * Holds what was found against one part of a committed file, entry by entry, so that a failure names the one that changed.
 * `ANTIN_WRITE_GOLDEN=1` writes that part anew instead; what it changes is then read in the diff.
 *
 * @param part keys of the file that begin with it belong to this test
 * @param found plain JSON by key
 */
export function expectGolden(path: string, part: string, found: Readonly<Record<string, unknown>>): void {
  const all = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>) : {};
  const others = Object.entries(all).filter(([key]) => !key.startsWith(part));
  if (WRITE) {
    const sorted = [...others, ...Object.entries(found)].sort(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(path, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
    return;
  }
  for (const key of Object.keys(found)) expect(found[key], key).toEqual(all[key]);
  expect(Object.keys(found).sort()).toEqual(Object.keys(all).filter((key) => key.startsWith(part)));
}
