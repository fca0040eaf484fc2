import type { Translate } from '../i18n/catalogue.ts';
import type { ConsoleShellKey } from '../i18n/words/authority.ts';
import type { ConsolePageKey } from '../i18n/words/authority-pages.ts';
import { useSpeech as useStaffSpeech } from '../staff/language.tsx';

export type ConsoleKey = ConsoleShellKey | ConsolePageKey;

/** The language of the page, with the words of the console. */
export function useSpeech(): Omit<ReturnType<typeof useStaffSpeech>, 't'> & { readonly t: Translate<ConsoleKey> } {
  return useStaffSpeech() as never;
}
