import { latin1 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import type { PdfFile } from './file.ts';
import type { PdfDict, PdfObject, PdfRef, PdfStream } from './objects.ts';
import {
  isArray,
  isInteger,
  isRef,
  isStream,
  isString,
  pdfArray,
  pdfDict,
  pdfName,
  pdfRef,
  pdfString,
  withEntries,
} from './objects.ts';
import type { Mark } from './serialize.ts';
import { ByteSink, writeObject } from './serialize.ts';

export interface PdfUpdate {
  readonly file: PdfFile;
  /** A new object number; it must be `set` before `finish`. */
  allocate(): PdfRef;
  /** A new value for a new or an existing object. */
  set(ref: PdfRef, object: PdfObject): void;
  /** What `set` put there, else what the last revision holds. */
  get(ref: PdfRef): PdfObject;
  add(object: PdfObject): PdfRef;
  /** `/Length` is added. */
  addStream(entries: Readonly<Record<string, PdfObject | undefined>>, bytes: Uint8Array): PdfRef;
  setStream(ref: PdfRef, entries: Readonly<Record<string, PdfObject | undefined>>, bytes: Uint8Array): void;
  finish(options?: FinishOptions): FinishedUpdate;
}

export interface FinishOptions {
  /** New second part of `/ID` (ISO 32000-2 §14.4); the old one stays when absent. */
  readonly id?: Uint8Array;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

export interface FinishedUpdate {
  /** Bytes that go after the last byte of the file; the file itself is never rewritten. */
  readonly appended: Uint8Array;
  /** Absolute ranges of the objects written. */
  readonly objects: ReadonlyMap<number, Range>;
  /** Absolute ranges of the `PdfRaw` values by mark. */
  readonly marks: ReadonlyMap<string, Range>;
}

interface Pending {
  readonly gen: number;
  readonly value: PdfObject;
}

/**
 * One incremental update (ISO 32000-2 §7.5.6) with a cross-reference of the same kind as the last revision's: a stream after
 * a stream, a table after a table. After a hybrid part a plain table follows: its entries hide nothing and `/Prev` leads to
 * the hybrid part, whose `/XRefStm` is not inherited (§7.5.8.4).
 *
 */
export function beginUpdate(file: PdfFile): PdfUpdate {
  const { last, source } = file;
  const pending = new Map<number, Pending>();
  let next = firstFreeNumber(file);
  const allocate = (): PdfRef => pdfRef(next++);
  const update: PdfUpdate = {
    file,
    allocate,
    set(ref, value) {
      pending.set(ref.num, { gen: ref.gen, value });
    },
    get: (ref) => pending.get(ref.num)?.value ?? last.object(ref.num, ref.gen),
    add(value) {
      const ref = allocate();
      update.set(ref, value);
      return ref;
    },
    setStream(ref, entries, data) {
      const dict = pdfDict({ ...entries, Length: data.length });
      pending.set(ref.num, { gen: ref.gen, value: { kind: 'stream', dict, raw: () => data } });
    },
    addStream(entries, data) {
      const ref = allocate();
      update.setStream(ref, entries, data);
      return ref;
    },
    finish(options = {}) {
      const sink = new ByteSink();
      const objects = new Map<number, Range>();
      const marks = new Map<string, Range>();
      const mark = (name: string, start: number, end: number): void => {
        marks.set(name, { start: source.size + start, end: source.size + end });
      };
      if (!endsWithLineEnd(file)) sink.text('\n');
      const numbers: number[] = [];
      pending.forEach((_, num) => numbers.push(num));
      for (const num of numbers.sort((a, b) => a - b)) {
        const { gen, value: plain } = pending.get(num) as Pending;
        const value = file.encryption ? file.encryption.encrypt(plain, num, gen) : plain;
        const start = source.size + sink.length;
        sink.digits(num);
        sink.text(' ');
        sink.digits(gen);
        sink.text(' obj\n');
        if (isStream(value)) writeStream(sink, value, mark);
        else writeObject(sink, value, mark);
        sink.text('\nendobj');
        objects.set(num, { start, end: source.size + sink.length });
        sink.text('\n');
      }
      writeXref(sink, file, { pending, numbers, objects, next, id: options.id });
      return { appended: sink.finish(), objects, marks };
    },
  };
  return update;
}

function writeStream(sink: ByteSink, stream: PdfStream, mark: Mark): void {
  const data = stream.raw();
  writeObject(sink, withEntries(stream.dict, { Length: data.length }), mark);
  sink.text('\nstream\n');
  sink.bytes(data);
  sink.text('\nendstream');
}

/** Above /Size and above every number any section names, so that nothing old comes to life under a new meaning. */
function firstFreeNumber(file: PdfFile): number {
  let next = 1;
  for (const revision of file.revisions) {
    const size = revision.trailer.entries.get('Size');
    if (isInteger(size)) next = Math.max(next, size);
  }
  // ISO 32000-2 Annex C: numbers up to 8,388,607 are safe everywhere.
  if (next > 8_388_000) throw new FormatFault('pdf.budget', 'the file leaves no object numbers for an update');
  return next;
}

function endsWithLineEnd(file: PdfFile): boolean {
  const byte = file.source.read(file.source.size - 1, 1)[0];
  return byte === 10 || byte === 13;
}

interface Written {
  readonly pending: ReadonlyMap<number, Pending>;
  /** Of the objects, ascending. */
  readonly numbers: readonly number[];
  readonly objects: ReadonlyMap<number, Range>;
  readonly next: number;
  readonly id: Uint8Array | undefined;
}

/** Keys that describe the old cross-reference itself, not the document. */
const OF_THE_SECTION: ReadonlySet<string> = new Set([
  'Prev',
  'Size',
  'XRefStm',
  'Type',
  'W',
  'Index',
  'Length',
  'Filter',
  'DecodeParms',
  'DL',
]);

function writeXref(sink: ByteSink, file: PdfFile, written: Written): void {
  const { last, source } = file;
  const at = source.size + sink.length;
  if (!isRef(last.trailer.entries.get('Root')))
    throw new FormatFault('pdf.catalog', 'trailer /Root is no reference', last.startxref);
  const id = newId(last.trailer, written.id, (o) => last.resolve(o));
  const entries = new Map<string, PdfObject>();
  last.trailer.entries.forEach((value, key) => {
    if (!OF_THE_SECTION.has(key)) entries.set(key, value);
  });
  if (id) entries.set('ID', id);
  entries.set('Prev', last.startxref);
  if (last.kind === 'stream') writeStreamSection(sink, written, entries, at);
  else writeTableSection(sink, written, entries);
  sink.text('startxref\n');
  sink.digits(at);
  sink.text('\n%%EOF\n');
}

function newId(
  trailer: PdfDict,
  second: Uint8Array | undefined,
  resolve: (object: PdfObject | undefined) => PdfObject,
): PdfObject | undefined {
  const old = resolve(trailer.entries.get('ID'));
  if (!isArray(old) || !second) return undefined;
  const first = resolve(old.items[0]);
  return isString(first) ? pdfArray([pdfString(first.bytes, true), pdfString(second, true)]) : undefined;
}

function subsections(numbers: readonly number[]): [first: number, count: number][] {
  const runs: [number, number][] = [];
  for (const num of numbers) {
    const run = runs[runs.length - 1];
    if (run && run[0] + run[1] === num) run[1]++;
    else runs.push([num, 1]);
  }
  return runs;
}

function writeTableSection(sink: ByteSink, written: Written, trailer: Map<string, PdfObject>): void {
  sink.text('xref\n');
  for (const [first, count] of subsections(written.numbers)) {
    sink.digits(first);
    sink.text(' ');
    sink.digits(count);
    sink.text('\n');
    for (let num = first; num < first + count; num++) {
      const { start } = written.objects.get(num) as Range;
      if (start > 9_999_999_999) throw new FormatFault('pdf.budget', 'a table cannot point beyond 10 GB');
      sink.digits(start, 10);
      sink.text(' ');
      sink.digits(written.pending.get(num)?.gen ?? 0, 5);
      sink.text(' n\r\n');
    }
  }
  sink.text('trailer\n');
  trailer.set('Size', written.next);
  writeObject(sink, { kind: 'dict', entries: trailer }, () => undefined);
  sink.text('\n');
}

function writeStreamSection(sink: ByteSink, written: Written, trailer: Map<string, PdfObject>, at: number): void {
  const own = written.next;
  // The highest number of all, so that it stands last.
  const numbers = [...written.numbers, own];
  const width = at > 0xffffffff ? 8 : 4;
  const data = new Uint8Array(numbers.length * (3 + width));
  numbers.forEach((num, i) => {
    const from = i * (3 + width);
    const gen = written.pending.get(num)?.gen ?? 0;
    let offset = written.objects.get(num)?.start ?? at;
    data[from] = 1;
    for (let k = width; k >= 1; k--) {
      data[from + k] = offset % 256;
      offset = Math.floor(offset / 256);
    }
    data[from + width + 1] = gen >> 8;
    data[from + width + 2] = gen & 0xff;
  });
  sink.text(`${own} 0 obj\n`);
  trailer
    .set('Type', pdfName('XRef'))
    .set('Size', own + 1)
    .set('W', pdfArray([1, width, 2]))
    .set('Index', pdfArray(subsections(numbers).flat()))
    .set('Length', data.length);
  writeObject(sink, { kind: 'dict', entries: trailer }, () => undefined);
  sink.text('\nstream\n');
  sink.bytes(data);
  sink.bytes(latin1('\nendstream\nendobj\n'));
}
