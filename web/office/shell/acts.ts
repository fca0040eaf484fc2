import type { Act } from '@antin/protocol/office/documents';
import { wordFor } from '../../i18n/catalogue.ts';
import { officeWords } from '../../i18n/words/office.ts';

export type ActName = Act['act'];

/** May it be done here and now, and if not, why. */
export function actOf(
  acts: readonly Act[],
  name: ActName,
  lang: 'vi' | 'en',
): { readonly allowed: boolean; readonly why: string | undefined; readonly others: boolean } {
  const act = acts.find((other) => other.act === name);
  if (act === undefined) return { allowed: false, why: undefined, others: true };
  if (act.allowed) return { allowed: true, why: undefined, others: false };
  const code = act.why ?? 'unknown';
  return {
    allowed: false,
    // Somebody else's work: the page then says who it waits for, instead of a button that nobody here can press.
    others: /^role\.|^incoming\.(clerk|leader|assignee|other)|^sign\.not-addressed|^document\.not-your/.test(code),
    why: wordFor(officeWords, `why.${code}`, lang) ?? wordFor(officeWords, 'why.unknown', lang, { code }) ?? code,
  };
}
