import type { Words } from '../catalogue.ts';
import { listWords } from './lists.ts';
import { shellWords } from './shell.ts';
import type { PageKey } from './page-keys.ts';

/** Everything the staff app says. */
export type OfficeKey = keyof typeof shellWords | keyof typeof listWords | PageKey;

/** The words of shell and lists; those of the pages join when the first page is opened (`pages.ts`). */
export const officeWords: Record<string, readonly [vi: string, en: string]> = { ...shellWords, ...listWords };

export function addWords(words: Words): void {
  Object.assign(officeWords, words);
}
