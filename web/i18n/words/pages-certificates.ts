import { answerWords } from './answers.ts';
import { certificateWords } from './certificates.ts';
import { deviceWords } from './devices.ts';
import { directoryWords } from './directory.ts';
import { issuerRequestWords } from './issuer-requests.ts';
import { limitWords } from './limits.ts';
import { needsWords } from './needs.ts';
import { addWords } from './office.ts';
import { signingWords } from './signing.ts';

const words = {
  ...answerWords,
  ...certificateWords,
  ...issuerRequestWords,
  ...limitWords,
  ...needsWords,
  ...directoryWords,
  ...deviceWords,
  ...signingWords,
} as const;

// Imported by the pages of certificates, needs and the directory only: other pages do without their words.
addWords(words);
