import { memorySource } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import type { PdfBudget } from './budget.ts';
import { placedAt } from './fault-place.ts';
import type { PdfObject, PdfStream } from './objects.ts';
import { isInteger, isName } from './objects.ts';
import { PdfScanner } from './scanner.ts';

export interface ObjectStream {
  /** Bytes it holds in memory. */
  readonly size: number;
  /** The object at `index`. @throws {FormatFault} `pdf.object-stream` when another number stands there */
  object(index: number, num: number): PdfObject;
}

interface Host {
  readonly budget: PdfBudget;
  readonly onDuplicateKey?: (key: string, offset: number) => void;
}

/**
 * ISO 32000-2 §7.5.7. Objects are parsed when asked for; the pairs in front are read at once.
 *
 * @param offset of the stream in the file, for messages
 * @throws {FormatFault} `pdf.object-stream`
 */
export function readObjectStream(
  stream: PdfStream,
  decode: (stream: PdfStream) => Uint8Array,
  host: Host,
  offset: number,
  resolve: (object: PdfObject | undefined) => PdfObject,
): ObjectStream {
  const fault = (message: string): FormatFault => new FormatFault('pdf.object-stream', message, offset);
  const { entries } = stream.dict;
  const count = resolve(entries.get('N'));
  const first = resolve(entries.get('First'));
  if (!isName(resolve(entries.get('Type')), 'ObjStm') || !isInteger(count) || !isInteger(first) || count < 0 || first < 0) {
    throw fault('expected /Type /ObjStm with /N and /First');
  }
  const source = memorySource(placedAt(offset, 'the object stream', () => decode(stream)));
  if (first > source.size || count > source.size) throw fault('/N or /First is larger than the data');
  const options = {
    budget: host.budget,
    positions: false,
    ...(host.onDuplicateKey ? { onDuplicateKey: host.onDuplicateKey } : {}),
  };
  const head = new PdfScanner(source, { ...options, limit: first });
  const numbers: number[] = [];
  const offsets: number[] = [];
  for (let i = 0; i < count; i++) {
    head.skipSpace();
    const num = head.unsigned();
    head.skipSpace();
    const at = head.unsigned();
    if (num === undefined || at === undefined || first + at >= source.size)
      throw fault(`pair ${i} of the object stream is damaged`);
    // Offsets must rise (§7.5.7): overlapping objects would let one byte mean two things.
    if (i > 0 && at <= (offsets[i - 1] as number)) throw fault('offsets in the object stream do not rise');
    numbers.push(num);
    offsets.push(at);
  }
  const parsed = new Map<number, PdfObject>();
  return {
    size: source.size,
    object(index, num) {
      if (numbers[index] !== num) throw fault(`the cross-reference promises object ${num} at index ${index}`);
      const known = parsed.get(index);
      if (known !== undefined) return known;
      const next = offsets[index + 1];
      const scanner = new PdfScanner(source, { ...options, limit: next === undefined ? source.size : first + next });
      scanner.pos = first + (offsets[index] as number);
      const value = placedAt(offset, 'the object stream', () => scanner.object());
      scanner.skipSpace();
      if (scanner.pos !== scanner.limit) throw fault(`object ${num} in the object stream is followed by something else`);
      parsed.set(index, value);
      return value;
    },
  };
}
