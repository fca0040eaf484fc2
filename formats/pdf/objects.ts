/**
 * The nine object types of ISO 32000-2 §7.3 as values. Integers and reals are both `number`: `1` and `1.0` mean the same.
 *
 * Names keep one character per byte after `#xx` is undone (§7.3.5), so nothing is lost and UTF-8 names compare by bytes.
 */
export type PdfObject = null | boolean | number | PdfName | PdfString | PdfArray | PdfDict | PdfStream | PdfRef | PdfRaw;

export interface PdfName {
  readonly kind: 'name';
  readonly value: string;
}

export interface PdfString {
  readonly kind: 'string';
  readonly bytes: Uint8Array;
  readonly hex: boolean;
  /** Absolute file offsets, delimiters included; absent inside object streams and for values made by us. */
  readonly start?: number;
  readonly end?: number;
}

export interface PdfArray {
  readonly kind: 'array';
  readonly items: readonly PdfObject[];
}

export interface PdfDict {
  readonly kind: 'dict';
  readonly entries: ReadonlyMap<string, PdfObject>;
}

export interface PdfStream {
  readonly kind: 'stream';
  readonly dict: PdfDict;
  /** The bytes as stored, filters not undone. */
  raw(): Uint8Array;
}

export interface PdfRef {
  readonly kind: 'ref';
  readonly num: number;
  readonly gen: number;
}

/** Only for writing: bytes put out as they are; where they landed comes back under `mark`. Never made by the reader. */
export interface PdfRaw {
  readonly kind: 'raw';
  readonly bytes: Uint8Array;
  readonly mark: string;
}

export function pdfName(value: string): PdfName {
  return { kind: 'name', value };
}

export function pdfRef(num: number, gen = 0): PdfRef {
  return { kind: 'ref', num, gen };
}

export function pdfString(bytes: Uint8Array, hex = false): PdfString {
  return { kind: 'string', bytes, hex };
}

export function pdfArray(items: readonly PdfObject[]): PdfArray {
  return { kind: 'array', items };
}

/** A dictionary from plain properties; `undefined` leaves the key out. */
export function pdfDict(entries: Readonly<Record<string, PdfObject | undefined>>): PdfDict {
  const map = new Map<string, PdfObject>();
  for (const key of Object.keys(entries)) {
    const value = entries[key];
    if (value !== undefined) map.set(key, value);
  }
  return { kind: 'dict', entries: map };
}

/** A copy with some entries replaced; `undefined` removes the key. */
export function withEntries(dict: PdfDict, entries: Readonly<Record<string, PdfObject | undefined>>): PdfDict {
  const map = new Map<string, PdfObject>();
  // Faster than handing the old map to the constructor, which makes a pair of every entry on the way.
  dict.entries.forEach((value, key) => map.set(key, value));
  for (const key of Object.keys(entries)) {
    const value = entries[key];
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
  return { kind: 'dict', entries: map };
}

type Compound = PdfName | PdfString | PdfArray | PdfDict | PdfStream | PdfRef | PdfRaw;

function isKind<K extends Compound['kind']>(object: PdfObject | undefined, kind: K): object is Extract<Compound, { kind: K }> {
  return typeof object === 'object' && object !== null && object.kind === kind;
}

export const isName = (o: PdfObject | undefined, value?: string): o is PdfName =>
  isKind(o, 'name') && (value === undefined || o.value === value);
export const isString = (o: PdfObject | undefined): o is PdfString => isKind(o, 'string');
export const isArray = (o: PdfObject | undefined): o is PdfArray => isKind(o, 'array');
export const isDict = (o: PdfObject | undefined): o is PdfDict => isKind(o, 'dict');
export const isStream = (o: PdfObject | undefined): o is PdfStream => isKind(o, 'stream');
export const isRef = (o: PdfObject | undefined): o is PdfRef => isKind(o, 'ref');
export const isInteger = (o: PdfObject | undefined): o is number => typeof o === 'number' && Number.isSafeInteger(o);
