import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the test corpora lie: `ANTIN_CORPORA`, or `shared/corpora` beside the checkout. They are read in place, never copied. */
const CORPORA = resolve(process.env['ANTIN_CORPORA'] ?? join(import.meta.dirname, '..', '..', 'shared', 'corpora'));

/** The folder of one corpus, or undefined after one loud line: tests then skip, never pass silently. */
export function corpus(name: string): string | undefined {
  const folder = join(CORPORA, name);
  if (existsSync(folder)) return folder;
  console.warn(`SKIPPED: corpus ${name} not found at ${folder}; set ANTIN_CORPORA`);
  return undefined;
}
