import type { Act } from '@antin/protocol/office/documents';
import { wordFor } from '../../i18n/catalogue.ts';
import { officeWords } from '../../i18n/words/office.ts';

export type ActName = Act['act'];

/** The act of the page: shown or not, and why it cannot be done now. */
export function actOf(acts: readonly Act[], name: ActName, lang: 'vi' | 'en'): { shown: boolean; why: string | undefined } {
  const act = acts.find((other) => other.act === name);
  if (act === undefined) return { shown: false, why: undefined };
  if (act.allowed) return { shown: true, why: undefined };
  const code = act.why ?? 'unknown';
  return {
    shown: true,
    why: wordFor(officeWords, `why.${code}`, lang) ?? wordFor(officeWords, 'why.unknown', lang, { code }) ?? code,
  };
}
