import type { PlaceOnPage, Places } from '@antin/protocol/office/documents';
import type { PageText, TextLine } from './text-lines.ts';

export interface Proposal {
  readonly number: Places['number'] | undefined;
  readonly date: Places['date'] | undefined;
  readonly signature: PlaceOnPage | undefined;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A box on a line: a little below the baseline, as high as the capital letters with their marks. */
function boxOn(line: TextLine, left: number, width: number): PlaceOnPage['rect'] {
  return [round(left), round(line.baseline - line.size * 0.28), round(width), round(line.size * 1.3)];
}

/** First `Số:` in the upper half of page 1 (Decree 30/2020, Appendix I: under the name of the issuing body). */
export function proposeNumber(page: PageText): Places['number'] | undefined {
  for (const line of page.lines) {
    if (line.baseline < page.height / 2) continue;
    const text = line.text.normalize('NFC');
    const found = text.length === line.text.length ? /S[ốỐ]\s*:/.exec(text) : null;
    if (found === null) continue;
    const after = found.index + found[0].length;
    const start = (line.edges[after] ?? 0) + line.size * 0.25;
    const rest = text.slice(after);
    const slash = /^[\s.…_]*\//.exec(rest);
    if (slash !== null) {
      const end = line.edges[after + slash[0].length - 1] ?? start;
      const width = Math.max(end - start - 1, line.size * 1.6);
      return { page: 1, rect: boxOn(line, Math.min(start, end - width), width), format: 'number' };
    }
    // What follows on the same baseline belongs to the right column (place and date): the box must not reach it.
    const next = /\S/.exec(rest.replace(/[.…_]/g, ' '));
    const limit = next === null ? page.width / 2 : (line.edges[after + next.index] ?? page.width / 2);
    return { page: 1, rect: boxOn(line, start, Math.max(40, Math.min(130, limit - start - 6))), format: 'number-and-notation' };
  }
  return undefined;
}

/**
 * `…, ngày … tháng … năm …` in the upper half of page 1. When month and year are already printed only the day is filled;
 * when all three are blank the whole date is written over the dotted text.
 */
export function proposeDate(page: PageText): Places['date'] | undefined {
  for (const line of page.lines) {
    if (line.baseline < page.height / 2) continue;
    const text = line.text.normalize('NFC');
    if (text.length !== line.text.length) continue;
    const found = /ngày([\s.…_]*)tháng([\s.…_]*)(\d{0,2})([\s.…_]*)năm([\s.…_]*)(\d{0,4})/i.exec(text);
    if (found === null) continue;
    const [, blank = '', , month = ''] = found;
    const from = line.edges[found.index] ?? 0;
    const to = line.edges[found.index + found[0].length] ?? from + 140;
    if (month !== '' && blank !== '') {
      const start = (line.edges[found.index + 4] ?? from) + 1;
      const end = (line.edges[found.index + 4 + blank.length] ?? start + 20) - 1;
      const width = Math.max(end - start, line.size * 1.2);
      return { page: 1, rect: boxOn(line, start + (end - start - width) / 2, width), format: 'day' };
    }
    return { page: 1, rect: boxOn(line, from, Math.max(140, to - from)), format: 'full' };
  }
  // `Đắk Lắk,` alone at the end of a line: the date goes after the comma.
  for (const line of page.lines) {
    if (line.baseline < page.height * 0.7 || !/\p{L},\s*$/u.test(line.text)) continue;
    const start = (line.edges.at(-1) ?? 0) + line.size * 0.3;
    if (start + 140 > page.width) continue;
    return { page: 1, rect: boxOn(line, start, 150), format: 'full' };
  }
  return undefined;
}

/** Between title and full name: above the last line that is the signer's name. */
export function proposeSignature(pages: readonly PageText[], fullName: string): PlaceOnPage | undefined {
  const wanted = fullName.normalize('NFC').toLocaleLowerCase('vi');
  if (wanted === '') return undefined;
  for (let index = pages.length - 1; index >= 0; index -= 1) {
    const page = pages[index];
    if (page === undefined) continue;
    for (const line of [...page.lines].reverse()) {
      const at = line.text.normalize('NFC').toLocaleLowerCase('vi').lastIndexOf(wanted);
      if (at === -1) continue;
      const left = line.edges[at] ?? 0;
      const right = line.edges[at + wanted.length] ?? left;
      const width = 120;
      const x = Math.min(Math.max(0, (left + right) / 2 - width / 2), page.width - width);
      return { page: index + 1, rect: [round(x), round(line.baseline + line.size * 1.1), width, 54] };
    }
  }
  return undefined;
}

export function propose(pages: readonly PageText[], signerName: string): Proposal {
  const first = pages[0];
  return {
    number: first === undefined ? undefined : proposeNumber(first),
    date: first === undefined ? undefined : proposeDate(first),
    signature: proposeSignature(pages, signerName),
  };
}

/** Printed text that a box would cover, without blanks and dots; empty when it covers none. */
export function coveredText(page: PageText, rect: PlaceOnPage['rect']): string {
  const [x, y, width, height] = rect;
  let covered = '';
  for (const line of page.lines) {
    const middle = line.baseline + line.size * 0.25;
    if (middle < y || middle > y + height) continue;
    for (let index = 0; index < line.text.length; index += 1) {
      const left = line.edges[index] ?? 0;
      const right = line.edges[index + 1] ?? left;
      const centre = (left + right) / 2;
      if (centre > x + 1 && centre < x + width - 1) covered += line.text[index] ?? '';
    }
  }
  return covered
    .replace(/[.…_]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What is printed after `Số: …/`, e.g. `STC-NS`. */
export function notationOf(page: PageText): string | undefined {
  for (const line of page.lines) {
    if (line.baseline < page.height / 2) continue;
    const found = /S[ốỐ]\s*:[\s.…_\d]*\/\s*(\p{L}[\p{L}\d-]{0,29})/u.exec(line.text.normalize('NFC'));
    if (found?.[1] !== undefined) return found[1];
  }
  return undefined;
}
