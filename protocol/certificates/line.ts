import { z } from 'zod';

/** Nothing is drawn for these, or what is drawn differs from program to program; some turn the direction of writing. */
const UNSEEN = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800`;
const SEEN = new RegExp(`^[^${UNSEEN}]+$`, 'u');
const SEEN_LINES = new RegExp(`^(?:[^${UNSEEN}]|[\\t\\n\\r])+$`, 'u');
const EACH_UNSEEN = new RegExp(`[${UNSEEN}]`, 'gu');
const LATIN = /\p{Script=Latin}/u;
/** Scripts with letters that are drawn as Latin ones are. */
const LOOKS_LATIN =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}]/u;
const OTHER_BLANKS = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

/**
 * Text as it will stand in a certificate or on a form: trimmed, one line, at most `most` characters after NFC, blanks as U+0020.
 * Two texts that look the same on screen and paper are one: characters that nobody sees, and letters of another script among Latin
 * ones, would make a second body of the same name.
 */
export const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(SEEN)
    .refine((text) => !(LATIN.test(text) && LOOKS_LATIN.test(text)))
    .transform((text) => text.replace(OTHER_BLANKS, ' ').normalize('NFC'));

/** Words in whole sentences, of several lines if need be; marks that hide or turn what follows would make them say something else. */
export const lines = (most: number) => z.string().trim().min(1).max(most).regex(SEEN_LINES);

/** A text from before the rules above as people see it: what was kept stays readable, and shows all that is in it. */
export function withoutUnseen(text: string, as: 'line' | 'lines' = 'line'): string {
  const blanks = as === 'line' ? text.replace(/[\t\n\r]+/g, ' ') : text;
  const kept = (one: string) => (/[\t\n\r]/.test(one) ? one : '');
  return blanks.replace(OTHER_BLANKS, ' ').replace(EACH_UNSEEN, kept).trim().normalize('NFC');
}
