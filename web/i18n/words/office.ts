import type { Words } from '../catalogue.ts';
import { documentWords } from './documents.ts';
import { draftWords } from './draft.ts';
import { incomingWords } from './incoming.ts';
import { listWords } from './lists.ts';
import { shellWords } from './shell.ts';
import { signingWords } from './signing.ts';

/** Everything the staff app says. */
const all = { ...shellWords, ...listWords, ...documentWords, ...draftWords, ...signingWords, ...incomingWords } as const;

export type OfficeKey = keyof typeof all;
export const officeWords: Words & Readonly<Record<OfficeKey, readonly [string, string]>> = all;
