import { FormatFault } from '../fault.ts';
import type { PdfFile } from './file.ts';
import type { PdfObject, PdfRef } from './objects.ts';

export interface PdfUpdate {
  readonly file: PdfFile;
  /** A new object number; it must be `set` before `finish`. */
  allocate(): PdfRef;
  /** A new value for a new or an existing object. */
  set(ref: PdfRef, object: PdfObject): void;
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

export interface FinishedUpdate {
  /** Bytes that go after the last byte of the file; the file itself is never rewritten. */
  readonly appended: Uint8Array;
  /** Absolute ranges of the objects written. */
  readonly objects: ReadonlyMap<number, { readonly start: number; readonly end: number }>;
  /** Absolute ranges of the `PdfRaw` values by mark. */
  readonly marks: ReadonlyMap<string, { readonly start: number; readonly end: number }>;
}

/** One incremental update (ISO 32000-2 §7.5.6) with a cross-reference section of the same kind as the last revision's. */
export function beginUpdate(file: PdfFile): PdfUpdate {
  throw new FormatFault('pdf.not-implemented', `${file.version}`);
}
