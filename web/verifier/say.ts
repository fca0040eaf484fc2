import type { Translate } from '../i18n/catalogue.ts';
import type { verifierWords } from '../i18n/words/verifier.ts';

/** The words of the verifier in the language of the page. */
export type Say = Translate<keyof typeof verifierWords & string>;
