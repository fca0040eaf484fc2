import { authorityCertificateWords } from './authority-certificates.ts';
import { authorityDeskWords } from './authority-desk.ts';
import { authorityJournalWords } from './authority-journal.ts';
import { authorityLimitWords } from './authority-limits.ts';
import { authorityOperationWords } from './authority-operation.ts';
import { authorityRequestWords } from './authority-requests.ts';
import { deviceWords } from './devices.ts';
import { signingWords } from './signing.ts';

/** The words of the console's pages, which join when the first of them is opened. */
export const consolePageWords = {
  ...signingWords,
  ...deviceWords,
  ...authorityRequestWords,
  ...authorityDeskWords,
  ...authorityCertificateWords,
  ...authorityJournalWords,
  ...authorityOperationWords,
  ...authorityLimitWords,
} as const;
export type ConsolePageKey = keyof typeof consolePageWords;
