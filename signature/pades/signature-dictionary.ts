import { latin1 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import { pdfDict, pdfName } from '@antin/formats/pdf/objects';
import type { FinishedUpdate } from '@antin/formats/pdf/update';
import { pdfDate, textString } from './text-string.ts';

export interface SignatureDictionaryInput {
  readonly reservedBytes: number;
  /** Milliseconds since 1970, to `/M`; claimed, proves nothing. */
  readonly signingTime: number;
  readonly name?: string;
  readonly reason?: string;
  readonly location?: string;
  readonly reference?: PdfObject;
}

const BYTE_RANGE = 'ByteRange';
const CONTENTS = 'Contents';
/** `[0 n n n]` with numbers up to 10 GB, filled in when the positions are known. */
const BYTE_RANGE_WIDTH = 38;

/**
 * The signature dictionary of EN 319 142-1 §6.3: SubFilter ETSI.CAdES.detached, `/M` present, no `/Cert`, and the two places
 * that are only known after everything else is written.
 */
export function signatureDictionary(input: SignatureDictionaryInput): PdfDict {
  const text = (value: string | undefined): PdfObject | undefined => (value === undefined ? undefined : textString(value));
  return pdfDict({
    Type: pdfName('Sig'),
    Filter: pdfName('Adobe.PPKLite'),
    SubFilter: pdfName('ETSI.CAdES.detached'),
    ByteRange: { kind: 'raw', mark: BYTE_RANGE, bytes: latin1('[0 0 0 0]'.padEnd(BYTE_RANGE_WIDTH)) },
    Contents: { kind: 'raw', mark: CONTENTS, bytes: emptyContents(input.reservedBytes) },
    M: pdfDate(input.signingTime),
    Name: text(input.name),
    Reason: text(input.reason),
    Location: text(input.location),
    Reference: input.reference,
  });
}

/** The dictionary of a document time-stamp: nobody's signature, so no /M, /Name or /Reason (EN 319 142-1 §5.4.3). */
export function documentTimeStampDictionary(reservedBytes: number): PdfDict {
  return pdfDict({
    Type: pdfName('DocTimeStamp'),
    Filter: pdfName('Adobe.PPKLite'),
    SubFilter: pdfName('ETSI.RFC3161'),
    ByteRange: { kind: 'raw', mark: BYTE_RANGE, bytes: latin1('[0 0 0 0]'.padEnd(BYTE_RANGE_WIDTH)) },
    Contents: { kind: 'raw', mark: CONTENTS, bytes: emptyContents(reservedBytes) },
  });
}

let lastEmpty: Uint8Array = new Uint8Array(0);

/** Read only, so the same array serves every preparation with the same room. */
function emptyContents(reservedBytes: number): Uint8Array {
  const length = 2 * reservedBytes + 2;
  if (lastEmpty.length !== length) {
    lastEmpty = new Uint8Array(length).fill(0x30);
    lastEmpty[0] = 0x3c;
    lastEmpty[length - 1] = 0x3e;
  }
  return lastEmpty;
}

/**
 * Fills `/ByteRange` in place: everything but the string of `/Contents` with its delimiters.
 *
 * @returns the range, absolute
 */
export function fillByteRange(finished: FinishedUpdate, inputSize: number): readonly [0, number, number, number] {
  const contents = finished.marks.get(CONTENTS);
  const place = finished.marks.get(BYTE_RANGE);
  if (!contents || !place) throw new FormatFault('pdf.syntax', 'the update holds no signature dictionary');
  const size = inputSize + finished.appended.length;
  const range = [0, contents.start, contents.end, size - contents.end] as const;
  const text = `[${range.join(' ')}]`;
  if (text.length > BYTE_RANGE_WIDTH) throw new FormatFault('pdf.budget', 'the file is too large for its /ByteRange');
  finished.appended.set(latin1(text.padEnd(BYTE_RANGE_WIDTH)), place.start - inputSize);
  return range;
}
