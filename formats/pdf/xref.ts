import type { ByteSource } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import type { PdfBudget } from './budget.ts';
import type { FilterDoor } from './filters.ts';
import { placedAt } from './fault-place.ts';
import { decodeStreamData } from './filters.ts';
import { readIndirect } from './indirect.ts';
import type { PdfDict, PdfObject } from './objects.ts';
import { isArray, isDict, isInteger, isName, isStream } from './objects.ts';
import { PdfScanner } from './scanner.ts';

export type XrefEntry =
  | { readonly kind: 'free'; readonly next: number; readonly gen: number }
  | { readonly kind: 'offset'; readonly offset: number; readonly gen: number }
  | { readonly kind: 'compressed'; readonly stream: number; readonly index: number };

/** One cross-reference section: a table with its trailer, or a stream. */
export interface XrefSection {
  readonly kind: 'table' | 'stream';
  readonly offset: number;
  /** Just after the trailer dictionary or `endobj`. */
  readonly end: number;
  readonly entries: Map<number, XrefEntry>;
  readonly trailer: PdfDict;
  /** Object number of the cross-reference stream itself. */
  readonly streamNumber?: number;
}

export interface XrefReading {
  readonly source: ByteSource;
  readonly budget: PdfBudget;
  readonly door: FilterDoor;
  /** Entries still allowed over all sections; counted down. */
  entriesLeft: number;
}

/**
 * The cross-reference section at `offset` (ISO 32000-2 §7.5.4, §7.5.8).
 *
 * @throws {FormatFault} `pdf.xref-damaged`, `pdf.budget`
 */
export function readXrefSection(reading: XrefReading, offset: number): XrefSection {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset >= reading.source.size) {
    throw new FormatFault('pdf.xref-damaged', `cross-reference offset ${offset} is outside the file`, offset);
  }
  const scanner = new PdfScanner(reading.source, { budget: reading.budget, positions: true });
  scanner.pos = offset;
  const section = scanner.keyword('xref') ? readTable(scanner, reading, offset) : readXrefStream(scanner, reading, offset);
  const size = section.trailer.entries.get('Size');
  if (!isInteger(size) || size < 0) throw damaged('trailer /Size is missing or no whole number', offset);
  for (const num of section.entries.keys()) {
    // §7.5.4: numbers at or above /Size do not exist; some readers look at them all the same.
    if (num >= size) throw new FormatFault('pdf.xref-size', `object ${num} listed although /Size is ${size}`, offset);
  }
  return section;
}

function damaged(message: string, offset: number, cause?: unknown): FormatFault {
  return new FormatFault('pdf.xref-damaged', message, offset, { cause });
}

function spend(reading: XrefReading, count: number, offset: number): void {
  reading.entriesLeft -= count;
  if (reading.entriesLeft < 0) throw new FormatFault('pdf.budget', 'more entries than budget.entries allows', offset);
}

const ENTRY = 20;

function readTable(scanner: PdfScanner, reading: XrefReading, offset: number): XrefSection {
  const entries = new Map<number, XrefEntry>();
  scanner.skipSpace();
  while (!scanner.keyword('trailer')) {
    const first = scanner.unsigned();
    scanner.skipSpace();
    const count = first === undefined ? undefined : scanner.unsigned();
    if (first === undefined || count === undefined) throw damaged('expected a subsection or the trailer', scanner.pos);
    spend(reading, count, scanner.pos);
    scanner.skipSpace();
    readSubsection(scanner, reading.source, entries, first, count);
    scanner.skipSpace();
  }
  scanner.skipSpace();
  if (scanner.peek() !== 0x3c) throw damaged('expected the trailer dictionary', scanner.pos);
  const trailer = scanner.object();
  if (!isDict(trailer)) throw damaged('the trailer is no dictionary', scanner.pos);
  return { kind: 'table', offset, end: scanner.pos, entries, trailer };
}

/** Entries are exactly 20 bytes: `nnnnnnnnnn ggggg n` and a two-byte end of line. */
function readSubsection(
  scanner: PdfScanner,
  source: ByteSource,
  entries: Map<number, XrefEntry>,
  first: number,
  count: number,
): void {
  const start = scanner.pos;
  if (start + count * ENTRY > source.size) throw damaged('the table is longer than the file', start);
  const bytes = source.read(start, count * ENTRY);
  for (let i = 0; i < count; i++) {
    const at = i * ENTRY;
    const value = digits(bytes, at, 10);
    const gen = digits(bytes, at + 11, 5);
    const type = bytes[at + 17];
    const a = bytes[at + 18];
    const b = bytes[at + 19];
    const eol = (a === 32 && (b === 13 || b === 10)) || (a === 13 && b === 10);
    if (value < 0 || gen < 0 || bytes[at + 10] !== 32 || bytes[at + 16] !== 32 || !eol || (type !== 0x6e && type !== 0x66)) {
      throw damaged('a table entry is not of the form "nnnnnnnnnn ggggg n" with a two-byte line end', start + at);
    }
    const num = first + i;
    if (entries.has(num)) throw damaged(`object ${num} is listed twice in one section`, start + at);
    entries.set(num, type === 0x6e ? { kind: 'offset', offset: value, gen } : { kind: 'free', next: value, gen });
  }
  scanner.pos = start + count * ENTRY;
}

function digits(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) {
    const d = (bytes[i] as number) - 0x30;
    if (!(d >= 0 && d <= 9)) return -1;
    value = value * 10 + d;
  }
  return value;
}

function readXrefStream(scanner: PdfScanner, reading: XrefReading, offset: number): XrefSection {
  const first = scanner.peek();
  if (!(first >= 0x30 && first <= 0x39)) throw damaged('neither a cross-reference table nor a stream stands here', offset);
  let object;
  try {
    // The table of all objects cannot depend on an object: /Length is direct here (§7.5.8.2).
    object = readIndirect(scanner, reading.source, (length) => (isInteger(length) ? length : null));
  } catch (cause) {
    if (cause instanceof FormatFault && cause.code === 'pdf.budget') throw cause;
    throw damaged('neither a cross-reference table nor a stream stands here', offset, cause);
  }
  const stream = object.value;
  if (!isStream(stream) || !isName(stream.dict.entries.get('Type'), 'XRef')) {
    throw damaged('the object here is no cross-reference stream', offset);
  }
  const widths = integers(stream.dict.entries.get('W'), offset);
  const size = stream.dict.entries.get('Size');
  const index = integers(stream.dict.entries.get('Index') ?? { kind: 'array', items: [0, size ?? null] }, offset);
  if (widths.length !== 3 || widths.some((w) => w > 8) || index.length % 2 !== 0)
    throw damaged('impossible /W or /Index', offset);
  const entries = new Map<number, XrefEntry>();
  const data = placedAt(offset, 'the cross-reference stream', () =>
    decodeStreamData(stream, reading.door, reading.budget.decodedBytes),
  );
  unpackEntries(reading, data, widths, index, entries, offset);
  return { kind: 'stream', offset, end: object.end, entries, trailer: stream.dict, streamNumber: object.num };
}

function integers(value: PdfObject | undefined, offset: number): number[] {
  const items = isArray(value) ? value.items : [];
  return items.map((item) => {
    if (!isInteger(item) || item < 0) throw damaged('expected whole numbers in /W and /Index', offset);
    return item;
  });
}

function unpackEntries(
  reading: XrefReading,
  data: Uint8Array,
  widths: readonly number[],
  index: readonly number[],
  entries: Map<number, XrefEntry>,
  offset: number,
): void {
  const [w0, w1, w2] = widths as [number, number, number];
  const stride = w0 + w1 + w2;
  let total = 0;
  for (let s = 1; s < index.length; s += 2) total += index[s] as number;
  spend(reading, total, offset);
  if (stride === 0 && total > 0) throw damaged('entries of no bytes', offset);
  if (total * stride !== data.length) throw damaged(`${data.length} bytes of entries for ${total} entries of ${stride}`, offset);
  let at = 0;
  for (let s = 0; s < index.length; s += 2) {
    const first = index[s] as number;
    for (let num = first; num < first + (index[s + 1] as number); num++, at += stride) {
      const type = w0 === 0 ? 1 : bigEndian(data, at, w0, offset);
      const a = bigEndian(data, at + w0, w1, offset);
      const b = bigEndian(data, at + w0 + w1, w2, offset);
      if (entries.has(num)) throw damaged(`object ${num} is listed twice in one section`, offset);
      if (type === 0) entries.set(num, { kind: 'free', next: a, gen: b });
      else if (type === 1) entries.set(num, { kind: 'offset', offset: a, gen: b });
      else if (type === 2) entries.set(num, { kind: 'compressed', stream: a, index: b });
      else throw damaged(`entry type ${type} is unknown`, offset);
    }
  }
}

/** Up to 8 bytes; values beyond 2^53 are refused. */
function bigEndian(data: Uint8Array, at: number, width: number, offset: number): number {
  let value = 0;
  for (let i = at; i < at + width; i++) value = value * 256 + (data[i] as number);
  if (!Number.isSafeInteger(value)) throw damaged('an entry holds a number beyond 2^53', offset);
  return value;
}
