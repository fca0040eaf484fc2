import { existsSync, statSync, writeFileSync } from 'node:fs';

const MINUTES = 60_000;

/**
 * A registry that did not answer one file of judges a moment ago is not waited for by the next one. @param path of a mark beside
 * what it did not give
 */
export const wasAway = (path: string): boolean => existsSync(path) && Date.now() - statSync(path).mtimeMs < 15 * MINUTES;

export function isAway(path: string): void {
  writeFileSync(path, '');
}
