import type { answerWords } from './answers.ts';
import type { batchWords } from './batch.ts';
import type { certificateWords } from './certificates.ts';
import type { deviceWords } from './devices.ts';
import type { directoryWords } from './directory.ts';
import type { documentWords } from './documents.ts';
import type { draftWords } from './draft.ts';
import type { findingWords } from './finding.ts';
import type { incomingWords } from './incoming.ts';
import type { issuerRequestWords } from './issuer-requests.ts';
import type { limitWords } from './limits.ts';
import type { needsWords } from './needs.ts';
import type { registerWords } from './registers.ts';
import type { signingWords } from './signing.ts';

/** Keys of the words that join with the lazily loaded pages; types only, so that naming one loads nothing. */
export type PageKey =
  | keyof typeof answerWords
  | keyof typeof batchWords
  | keyof typeof documentWords
  | keyof typeof draftWords
  | keyof typeof signingWords
  | keyof typeof findingWords
  | keyof typeof incomingWords
  | keyof typeof registerWords
  | keyof typeof deviceWords
  | keyof typeof certificateWords
  | keyof typeof issuerRequestWords
  | keyof typeof limitWords
  | keyof typeof needsWords
  | keyof typeof directoryWords;
