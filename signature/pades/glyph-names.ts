/** Accents as glyph names spell them behind the letter, in the order of Unicode's canonical composition. */
const MARKS: Readonly<Record<string, string>> = {
  circumflex: '\u0302',
  breve: '\u0306',
  horn: '\u031b',
  acute: '\u0301',
  grave: '\u0300',
  hookabove: '\u0309',
  hook: '\u0309',
  tilde: '\u0303',
  dotbelow: '\u0323',
  dieresis: '\u0308',
  caron: '\u030c',
  cedilla: '\u0327',
  ring: '\u030a',
};

const ALONE: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'exclam ! quotedbl " numbersign # dollar $ percent % ampersand & quotesingle \' parenleft ( parenright ) asterisk * ' +
    'plus + comma , hyphen - period . slash / zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 colon : ' +
    'semicolon ; less < equal = greater > question ? at @ bracketleft [ backslash \\ bracketright ] underscore _ ' +
    'dcroat đ Dcroat Đ endash – emdash — quoteleft ‘ quoteright ’ quotedblleft “ quotedblright ” ellipsis … bullet • dong ₫'
  )
    .match(/\S+ \S+/g)
    ?.map((pair) => pair.split(' ') as [string, string]) ?? [],
);

const ACCENTED = new RegExp(`^([A-Za-z])((?:${Object.keys(MARKS).join('|')})+)$`);
const EACH_MARK = new RegExp(Object.keys(MARKS).join('|'), 'g');

/**
 * What a glyph of this name shows: `A`, `uni1EC5`, `u1EC5`, `ecircumflextilde`, `dcroat`, with or without `.suffix`. Empty
 * for names that say nothing.
 */
export function glyphNameText(full: string): string {
  const name = full.replace(/\..*$/, '');
  if (/^[A-Za-z]$/.test(name)) return name;
  if (name === 'space' || name === 'nbspace') return ' ';
  if (Object.hasOwn(ALONE, name)) return ALONE[name] as string;
  const hex = /^(?:uni|u)([0-9A-F]{4,6})$/.exec(name)?.[1];
  const point = hex === undefined ? 0 : Number.parseInt(hex, 16);
  if (point > 0 && point <= 0x10ffff) return String.fromCodePoint(point);
  const accented = ACCENTED.exec(name);
  if (accented === null) return '';
  const marks = (accented[2] as string).match(EACH_MARK) ?? [];
  return `${accented[1] as string}${marks.map((mark) => MARKS[mark] as string).join('')}`.normalize('NFC');
}
