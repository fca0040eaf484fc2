/** Which rule a code was made by: Decision 20/2020/QĐ-TTg, the 13 characters of QCVN 102:2016, or neither (a business code). */
export type CodeForm = 'decision-20' | 'qcvn-102' | 'other';

const DECISION_20 = /^[A-Z]\d{2}(\.[0-9A-Z]{2,3})*$/;
const QCVN_102 = /^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$/;
/** Decision 20/2020: at most 35 characters, whoever gave the code. */
const OTHER = /^[0-9A-Z](?:[0-9A-Z.-]{0,33}[0-9A-Z])?$/;
const MOST_CHARACTERS = 35;

/** As written: without spaces, capitals. */
export function writtenCode(text: string): string {
  return text.replace(/\s+/g, '').toUpperCase();
}

/** The form of a code, or undefined when it is none: wrong characters, or longer than 35. */
export function codeForm(code: string): CodeForm | undefined {
  if (code.length > MOST_CHARACTERS) return undefined;
  if (QCVN_102.test(code)) return 'qcvn-102';
  if (DECISION_20.test(code)) return 'decision-20';
  return OTHER.test(code) ? 'other' : undefined;
}

/** Widths of the groups of QCVN 102, highest level last in writing, first here: X00 . 00 . 00 . 000. */
const WIDTHS = [3, 2, 2, 3];

/**
 * `000.00.11.H53` → `H53.11`. Undefined for another form, and where a zero group stands between others: without it the
 * groups behind would move up a level.
 */
export function toDecision20(code: string): string | undefined {
  if (!QCVN_102.test(code)) return undefined;
  const groups = code.split('.').reverse();
  const last = groups.findLastIndex((group) => !/^0+$/.test(group));
  const kept = groups.slice(0, last + 1);
  return kept.some((group) => /^0+$/.test(group)) ? undefined : kept.join('.');
}

/** `H53.11` → `000.00.11.H53`. Undefined for letters, wider groups, or a fifth level: then only a stored alias knows. */
export function toQcvn102(code: string): string | undefined {
  if (!DECISION_20.test(code)) return undefined;
  const groups = code.split('.');
  if (groups.length > WIDTHS.length) return undefined;
  const padded = WIDTHS.map((width, at) => groups[at] ?? '0'.repeat(width));
  // A narrower group would come back wider: H53.11.02.5 is not H53.11.02.005.
  if (padded.some((group, at) => group.length !== WIDTHS[at])) return undefined;
  const written = padded.reverse().join('.');
  return QCVN_102.test(written) && toDecision20(written) === code ? written : undefined;
}

/**
 * Other writings of a code under which a message may come, by conversion. A stored dated alias goes before them: ask it first.
 */
export function otherWritings(code: string): string[] {
  return [toDecision20(code), toQcvn102(code)].filter((one): one is string => one !== undefined && one !== code);
}
