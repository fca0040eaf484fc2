import { FormatFault } from '../fault.ts';
import type { PdfDict } from './objects.ts';
import { isInteger } from './objects.ts';
import { PdfScanner } from './scanner.ts';
import type { XrefEntry, XrefReading, XrefSection } from './xref.ts';
import { readXrefSection } from './xref.ts';

/** What the cross-reference chain says about one revision, before any object is read. */
export interface RevisionParts {
  readonly startxref: number;
  readonly kind: 'table' | 'stream' | 'hybrid';
  readonly trailer: PdfDict;
  readonly own: Map<number, XrefEntry>;
  /** Object numbers of the revision's cross-reference streams. */
  readonly xrefStreams: readonly number[];
  /** Lowest offset of a section of this revision. */
  readonly lowest: number;
  readonly eof: number;
  readonly end: number;
}

/**
 * Follows `/Prev` from the last `startxref` and cuts the file into revisions, oldest first.
 *
 * A revision is what one `startxref … %%EOF` closes: a table, a stream, a table with `/XRefStm` (hybrid, §7.5.8.4), or the
 * two sections of a linearised file (Annex F), where the first one stands at the top and points forward.
 *
 * @throws {FormatFault} `pdf.prev-loop`, `pdf.xref-damaged`, `pdf.startxref`, `pdf.revision-order`, `pdf.budget`
 */
export function readChain(reading: XrefReading, startxref: number, linearised: () => boolean): RevisionParts[] {
  const seen = new Set<number>();
  const newestFirst: RevisionParts[] = [];
  let next: number | undefined = startxref;
  while (next !== undefined) {
    const first = readOnce(reading, seen, next);
    const sections = [first.section];
    let older = first.older;
    if (older !== undefined && older > next) {
      // Only a linearised file points forward; anywhere else it is a detour into bytes appended later.
      if (!linearised()) throw new FormatFault('pdf.revision-order', '/Prev points forward in a file not linearised', next);
      const second = readOnce(reading, seen, older);
      sections.push(second.section);
      older = second.older;
      if (older !== undefined) throw new FormatFault('pdf.revision-order', 'a linearised original has a /Prev', next);
    }
    newestFirst.push(assemble(reading, next, first.hidden, sections));
    next = older;
  }
  const oldestFirst = newestFirst.reverse();
  oldestFirst.forEach((parts, i) => {
    const before = oldestFirst[i - 1];
    if (before && parts.startxref < before.eof) {
      throw new FormatFault('pdf.revision-order', 'a newer cross-reference stands inside an older revision', parts.startxref);
    }
    // A smaller /Size makes older objects vanish for readers that heed it (§7.5.5: the highest number of the whole file).
    if (before && Number(parts.trailer.entries.get('Size')) < Number(before.trailer.entries.get('Size'))) {
      throw new FormatFault('pdf.xref-size', 'a newer revision has a smaller /Size than an older one', parts.startxref);
    }
  });
  return oldestFirst;
}

interface ReadSection {
  readonly section: XrefSection;
  readonly hidden: XrefSection | undefined;
  readonly older: number | undefined;
}

function readOnce(reading: XrefReading, seen: Set<number>, offset: number): ReadSection {
  const claim = (at: number): void => {
    if (seen.has(at)) throw new FormatFault('pdf.prev-loop', 'the chain of cross-references comes back', at);
    if (seen.size >= reading.budget.sections) throw new FormatFault('pdf.budget', 'more sections than budget.sections', at);
    seen.add(at);
  };
  claim(offset);
  const section = readXrefSection(reading, offset);
  const { entries } = section.trailer;
  let hidden: XrefSection | undefined;
  const xrefStm = section.kind === 'table' ? entries.get('XRefStm') : undefined;
  if (xrefStm !== undefined) {
    if (!isInteger(xrefStm)) throw new FormatFault('pdf.xref-damaged', '/XRefStm is no whole number', offset);
    claim(xrefStm);
    hidden = readXrefSection(reading, xrefStm);
    if (hidden.kind !== 'stream') throw new FormatFault('pdf.xref-damaged', '/XRefStm points to a table', xrefStm);
  }
  const prev = entries.get('Prev');
  if (prev !== undefined && (!isInteger(prev) || prev < 0)) {
    throw new FormatFault('pdf.xref-damaged', '/Prev is no offset', offset);
  }
  return { section, hidden, older: prev };
}

function assemble(
  reading: XrefReading,
  startxref: number,
  hidden: XrefSection | undefined,
  sections: readonly XrefSection[],
): RevisionParts {
  const [first] = sections as [XrefSection, ...XrefSection[]];
  const own = sections.length === 1 && !hidden ? first.entries : mergeSections(sections, hidden);
  const lastEnd = Math.max(...sections.map((s) => s.end));
  const close = readClose(reading, lastEnd, startxref);
  // Behind the end it would be written by whoever appends next: the signed revision would change under its signature.
  if (hidden && hidden.end > close.eof) {
    throw new FormatFault('pdf.revision-order', '/XRefStm points behind the end of its own revision', hidden.offset);
  }
  return {
    startxref,
    kind: hidden ? 'hybrid' : first.kind,
    trailer: first.trailer,
    own,
    xrefStreams: [...sections, ...(hidden ? [hidden] : [])].flatMap((s) => s.streamNumber ?? []),
    lowest: Math.min(...sections.map((s) => s.offset)),
    ...close,
  };
}

/** Objects in use in the table, then the hidden stream, then free entries of the table (which hide what the stream shows). */
function mergeSections(sections: readonly XrefSection[], hidden: XrefSection | undefined): Map<number, XrefEntry> {
  const own = new Map<number, XrefEntry>();
  const [first, second] = sections as [XrefSection, XrefSection?];
  const add = (entries: ReadonlyMap<number, XrefEntry>, wanted: (entry: XrefEntry) => boolean): void => {
    for (const [num, entry] of entries) if (!own.has(num) && wanted(entry)) own.set(num, entry);
  };
  if (hidden) {
    add(first.entries, (entry) => entry.kind !== 'free');
    add(hidden.entries, () => true);
  }
  add(first.entries, () => true);
  if (second) add(second.entries, () => true);
  return own;
}

/** `startxref`, the offset, `%%EOF`: directly behind the section they close, so that nothing can hide in between. */
function readClose(reading: XrefReading, from: number, startxref: number): { eof: number; end: number } {
  const scanner = new PdfScanner(reading.source, { budget: reading.budget, positions: true });
  scanner.pos = from;
  scanner.skipSpace();
  if (!scanner.keyword('startxref')) throw scanner.fault('pdf.startxref', 'expected startxref behind the cross-reference');
  scanner.skipSpace();
  const at = scanner.pos;
  const value = scanner.unsigned();
  if (value !== startxref) {
    throw scanner.fault('pdf.startxref', `startxref says ${value ?? 'nothing'}, the section stands at ${startxref}`, at);
  }
  for (let b = scanner.peek(); b === 32 || b === 9 || b === 10 || b === 13; b = scanner.peek()) scanner.pos++;
  for (const letter of '%%EOF') {
    if (scanner.peek() !== letter.charCodeAt(0)) throw scanner.fault('pdf.startxref', 'expected %%EOF behind startxref');
    scanner.pos++;
  }
  const eof = scanner.pos;
  if (scanner.peek() === 13) scanner.pos++;
  if (scanner.peek() === 10) scanner.pos++;
  return { eof, end: scanner.pos };
}
