import { batchWords } from './batch.ts';
import { deviceWords } from './devices.ts';
import { documentWords } from './documents.ts';
import { draftWords } from './draft.ts';
import { findingWords } from './finding.ts';
import { incomingWords } from './incoming.ts';
import { addWords } from './office.ts';
import { registerWords } from './registers.ts';
import { signingWords } from './signing.ts';

const words = {
  ...batchWords,
  ...documentWords,
  ...draftWords,
  ...signingWords,
  ...findingWords,
  ...incomingWords,
  ...registerWords,
  ...deviceWords,
} as const;

// Imported by every page that is loaded lazily, so that the first load of the office stays small.
addWords(words);
