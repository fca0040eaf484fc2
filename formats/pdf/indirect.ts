import type { ByteSource } from '../bytes/source.ts';
import type { PdfDict, PdfObject, PdfStream } from './objects.ts';
import { isInteger } from './objects.ts';
import type { PdfScanner } from './scanner.ts';

export interface IndirectObject {
  readonly num: number;
  readonly gen: number;
  readonly value: PdfObject;
  readonly start: number;
  /** Just after `endobj`. */
  readonly end: number;
  /** False when `/Length` was a reference: the extent then depends on the revision that looks. */
  readonly fixed: boolean;
}

/**
 * One indirect object (ISO 32000-2 §7.3.10) at the scanner's position.
 *
 * @param lengthOf resolves an indirect `/Length`
 * @throws {FormatFault} `pdf.object-mismatch`, `pdf.stream-length`, `pdf.syntax`
 */
export function readIndirect(
  scanner: PdfScanner,
  source: ByteSource,
  lengthOf: (length: PdfObject | undefined) => PdfObject,
): IndirectObject {
  scanner.skipSpace();
  const start = scanner.pos;
  const num = scanner.unsigned();
  scanner.skipSpace();
  const gen = num === undefined ? undefined : scanner.unsigned();
  scanner.skipSpace();
  if (num === undefined || gen === undefined || !scanner.keyword('obj')) {
    throw scanner.fault('pdf.object-mismatch', 'expected "number generation obj" where the cross-reference points', start);
  }
  let value = scanner.object();
  let fixed = true;
  scanner.skipSpace();
  if (typeof value === 'object' && value?.kind === 'dict' && scanner.keyword('stream')) {
    const declared = value.entries.get('Length');
    fixed = isInteger(declared);
    value = readStream(scanner, source, value, lengthOf(declared));
    scanner.skipSpace();
  }
  if (!scanner.keyword('endobj')) throw scanner.fault('pdf.syntax', `object ${num} does not end with endobj`);
  return { num, gen, value, start, end: scanner.pos, fixed };
}

function readStream(scanner: PdfScanner, source: ByteSource, dict: PdfDict, length: PdfObject): PdfStream {
  // §7.3.8.1: CR LF or LF, never CR alone, so that the first data byte is certain.
  if (scanner.peek() === 0x0d) scanner.pos++;
  if (scanner.peek() !== 0x0a) throw scanner.fault('pdf.syntax', 'the keyword stream must be followed by CR LF or LF');
  const start = ++scanner.pos;
  if (!isInteger(length) || length < 0 || start + length > scanner.limit) {
    throw scanner.fault('pdf.stream-length', 'stream /Length is missing or leaves the revision', start);
  }
  scanner.pos = start + length;
  for (let n = 0; n < 2 && (scanner.peek() === 0x0d || scanner.peek() === 0x0a); n++) scanner.pos++;
  if (!scanner.keyword('endstream')) {
    throw scanner.fault('pdf.stream-length', 'no endstream where /Length says the stream ends', scanner.pos);
  }
  return { kind: 'stream', dict, raw: () => source.read(start, length) };
}
