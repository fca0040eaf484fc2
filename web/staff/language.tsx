import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import type { OfficeKey } from '../i18n/words/office.ts';
import { translator, wordFor, type Translate, type Values, type Words } from '../i18n/catalogue.ts';
import { rememberLanguage } from '../public/language-links.ts';

export type Lang = 'vi' | 'en';

interface Speech {
  readonly lang: Lang;
  readonly t: Translate<OfficeKey>;
  /** Words for a code that came from the server: `<area>.<code>`, or `otherwise`. */
  readonly code: (area: string, code: string, otherwise?: string, values?: Values) => string;
  /** One of two languages of a text that came from the server. */
  readonly both: (text: { readonly vi: string; readonly en: string }) => string;
  readonly choose: (lang: Lang) => void;
}

const Context = createContext<Speech | undefined>(undefined);

export interface LanguageProviderProps {
  /** What this app says; pages that are loaded later add theirs to it. */
  readonly words: Words;
  readonly children: ReactNode;
}

export function LanguageProvider({ words, children }: LanguageProviderProps) {
  const [lang, setLang] = useState<Lang>(() => (document.documentElement.lang === 'en' ? 'en' : 'vi'));
  const speech = useMemo<Speech>(
    () => ({
      lang,
      t: translator<Words>(words, lang),
      code: (area, code, otherwise, values) => wordFor(words, `${area}.${code}`, lang, values) ?? otherwise ?? code,
      both: (text) => text[lang],
      choose: (next) => {
        rememberLanguage(next);
        document.documentElement.lang = next;
        setLang(next);
      },
    }),
    [lang, words],
  );
  return <Context.Provider value={speech}>{children}</Context.Provider>;
}

export function useSpeech(): Speech {
  const speech = useContext(Context);
  if (speech === undefined) throw new Error('no LanguageProvider');
  return speech;
}
