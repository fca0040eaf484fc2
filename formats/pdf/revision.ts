import type { PdfDict, PdfObject, PdfRef, PdfStream } from './objects.ts';

export type XrefEntry =
  | { readonly kind: 'free'; readonly next: number; readonly gen: number }
  | { readonly kind: 'offset'; readonly offset: number; readonly gen: number }
  | { readonly kind: 'compressed'; readonly stream: number; readonly index: number };

export interface ByteRangeOf {
  readonly start: number;
  readonly end: number;
}

export interface PdfPage {
  readonly ref: PdfRef;
  readonly dict: PdfDict;
  /** 0-based. */
  readonly index: number;
  /** [left, bottom, right, top], normalised. */
  readonly mediaBox: readonly [number, number, number, number];
  /** Intersected with the media box. */
  readonly cropBox: readonly [number, number, number, number];
  /** 0, 90, 180 or 270, clockwise. */
  readonly rotate: 0 | 90 | 180 | 270;
  readonly userUnit: number;
  readonly resources: PdfDict;
}

/** One state of the file: everything up to `end`, seen through this revision's cross-reference sections and older ones. */
export interface PdfRevision {
  readonly index: number;
  /** First byte after the previous revision (0 for the first). */
  readonly start: number;
  /** Just after the `F` of this revision's `%%EOF`. */
  readonly eof: number;
  /** `eof` plus one end-of-line marker when there is one (the last revision: plus all trailing end-of-line bytes). */
  readonly end: number;
  readonly startxref: number;
  readonly kind: 'table' | 'stream' | 'hybrid';
  readonly trailer: PdfDict;
  /** What this revision itself says, not merged. */
  readonly own: ReadonlyMap<number, XrefEntry>;
  /** Merged with older revisions; `undefined` when no section names the object. */
  entry(num: number): XrefEntry | undefined;
  /** Missing and free objects and wrong generations are `null` (§7.3.10). */
  object(num: number, gen?: number): PdfObject;
  /** Absolute range from the object number to after `endobj`; of the container for a compressed object. */
  location(num: number): ByteRangeOf | undefined;
  resolve(object: PdfObject | undefined): PdfObject;
  readonly catalog: PdfDict;
  /** All pages in order. @throws {FormatFault} `pdf.page-tree`, `pdf.no-page` */
  pages(): readonly PdfPage[];
  /** The page with this 0-based index without walking past it. @throws {FormatFault} `pdf.page-tree`, `pdf.no-page` */
  page(index: number): PdfPage;
  decodeStream(stream: PdfStream, maxBytes?: number): Uint8Array;
}
