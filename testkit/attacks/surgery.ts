import { nodeInflate } from '@antin/adapters/inflate/node';
import { fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import {
  isDict,
  isRef,
  isStream,
  isString,
  pdfArray,
  pdfDict,
  pdfName,
  pdfString,
  withEntries,
} from '@antin/formats/pdf/objects';
import type { PdfArray, PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import type { ValidationReport } from '@antin/signature/validation/types';
import type { Walk } from '../judging/documents.ts';
import type { TestPki } from '../pki/types.ts';

/** What an attacker starts from: the honest walk, whose files everybody may hold. */
export interface Ground extends Walk {
  readonly pki: TestPki;
}

/** One attack: bytes made from honest ones. It must never be judged `valid`. */
export interface Attack {
  readonly name: string;
  /** Whose file is taken; `leader`: signed once, fields empty; `sealed`: numbered, dated and sealed. */
  readonly build: (ground: Ground) => Uint8Array | Promise<Uint8Array>;
}

export function lastOf(file: Uint8Array): PdfRevision {
  return openPdf(memorySource(file), { inflate: nodeInflate, mode: 'strict' }).last;
}

/** Reference and dictionary of a root field by its partial name, ASCII letters, digits and `-` only. */
export function fieldOf(revision: PdfRevision, name: string): { readonly ref: PdfRef; readonly dict: PdfDict } {
  const form = revision.resolve(revision.catalog.entries.get('AcroForm')) as PdfDict;
  const fields = revision.resolve(form.entries.get('Fields')) as PdfArray;
  for (const item of fields.items) {
    const dict = revision.resolve(item) as PdfDict;
    const t = revision.resolve(dict.entries.get('T'));
    if (isString(t) && fromLatin1(t.bytes).replace(/[^a-zA-Z0-9-]/g, '') === name) return { ref: item as PdfRef, dict };
  }
  throw new Error(`no field ${name}`);
}

/** Writes a dictionary of the last revision again with other entries; `undefined` removes one. */
export function edit(update: PdfUpdate, ref: PdfRef, entries: Record<string, PdfObject | undefined>): void {
  update.set(ref, withEntries(update.get(ref) as PdfDict, entries));
}

/** Content and entries of a field's normal appearance. */
export function appearanceOf(
  revision: PdfRevision,
  name: string,
): { readonly entries: Record<string, PdfObject>; readonly content: string } {
  const { dict } = fieldOf(revision, name);
  const ap = revision.resolve(dict.entries.get('AP')) as PdfDict;
  const normal = revision.resolve(ap.entries.get('N'));
  if (!isStream(normal)) throw new Error(`field ${name} has no appearance`);
  const entries = Object.fromEntries(normal.dict.entries) as Record<string, PdfObject>;
  for (const key of ['Length', 'Filter', 'DecodeParms']) delete entries[key];
  return { entries, content: fromLatin1(revision.decodeStream(normal)) };
}

/** Puts a value and a drawn appearance into a field, as a clerk's program would, whatever both say. */
export function fill(
  update: PdfUpdate,
  name: string,
  value: PdfObject,
  appearance: { readonly entries: Readonly<Record<string, PdfObject>>; readonly content: string },
): void {
  const { ref } = fieldOf(update.file.last, name);
  const stream = update.addStream(appearance.entries, latin1(appearance.content));
  edit(update, ref, { V: value, AP: pdfDict({ N: stream }) });
}

/** The reference that the form keeps under /DR /Font for the reserved fields. */
export function fieldFont(revision: PdfRevision): { readonly name: string; readonly ref: PdfRef } {
  const form = revision.resolve(revision.catalog.entries.get('AcroForm')) as PdfDict;
  const dr = revision.resolve(form.entries.get('DR')) as PdfDict;
  const fonts = revision.resolve(dr.entries.get('Font')) as PdfDict;
  const [name, ref] = [...fonts.entries][0] as [string, PdfObject];
  if (!isRef(ref)) throw new Error('the font of the fields is written directly');
  return { name, ref };
}

export function formRef(revision: PdfRevision): PdfRef {
  return revision.catalog.entries.get('AcroForm') as PdfRef;
}

export function formOf(revision: PdfRevision): PdfDict {
  const form = revision.resolve(revision.catalog.entries.get('AcroForm'));
  if (!isDict(form)) throw new Error('the file has no form');
  return form;
}

/** Lists a widget on the first page and, unless told otherwise, as a field of the form. */
export function addWidget(update: PdfUpdate, widget: PdfRef, asField = true): void {
  const revision = update.file.last;
  if (asField) {
    const form = formOf(revision);
    const fields = revision.resolve(form.entries.get('Fields')) as PdfArray;
    edit(update, formRef(revision), { Fields: pdfArray([...fields.items, widget]) });
  }
  const page = revision.page(0);
  const annots = revision.resolve(page.dict.entries.get('Annots'));
  edit(update, page.ref, { Annots: pdfArray([...((annots as PdfArray | null)?.items ?? []), widget]) });
}

export function formXObject(
  update: PdfUpdate,
  content: string,
  box: readonly number[],
  resources: Record<string, PdfObject> = {},
): PdfRef {
  const entries = { Type: pdfName('XObject'), Subtype: pdfName('Form'), BBox: pdfArray([...box]), Resources: pdfDict(resources) };
  return update.addStream(entries, latin1(content));
}

export const text = (value: string): PdfObject => pdfString(latin1(value));

/** A text string in UTF-16BE. */
export function unicode(value: string): PdfObject {
  const bytes = [0xfe, 0xff];
  for (let i = 0; i < value.length; i++) bytes.push(value.charCodeAt(i) >> 8, value.charCodeAt(i) & 255);
  return pdfString(Uint8Array.from(bytes));
}

/** Replaces text of the same length in place: byte surgery that keeps every offset. */
export function patch(file: Uint8Array, from: string, to: string, occurrence: 'first' | 'last' = 'last'): Uint8Array {
  if (from.length !== to.length) throw new Error('surgery must keep the length');
  const all = fromLatin1(file);
  const at = occurrence === 'first' ? all.indexOf(from) : all.lastIndexOf(from);
  if (at < 0) throw new Error(`${from} is not there`);
  return latin1(all.slice(0, at) + to + all.slice(at + from.length));
}

/** One update written by hand, cross-reference table included: for what an honest writer would never write. */
export function rawUpdate(
  file: Uint8Array,
  objects: readonly { readonly num: number; readonly gen?: number; readonly body: string }[],
  more: { readonly trailer?: string; readonly prev?: number; readonly size?: number; readonly rows?: string } = {},
): Uint8Array {
  const last = lastOf(file);
  const size = more.size ?? Math.max(Number(last.trailer.entries.get('Size')), ...objects.map((one) => one.num + 1));
  let out = '';
  let rows = more.rows ?? '';
  for (const { num, gen = 0, body } of objects) {
    const at = String(file.length + out.length).padStart(10, '0');
    rows += `${num} 1\n${at} ${String(gen).padStart(5, '0')} n \n`;
    out += `${num} ${gen} obj\n${body}\nendobj\n`;
  }
  const xref = file.length + out.length;
  const root = (last.trailer.entries.get('Root') as PdfRef).num;
  out += `xref\n${rows}trailer\n<< /Size ${size} /Root ${root} 0 R /Prev ${more.prev ?? last.startxref} ${more.trailer ?? ''}>>\n`;
  out += `startxref\n${xref}\n%%EOF\n`;
  const bytes = latin1(out);
  const whole = new Uint8Array(file.length + bytes.length);
  whole.set(file);
  whole.set(bytes, file.length);
  return whole;
}

/** Codes of everything that is wrong, of the file and of each signature. */
export function codesOf(report: ValidationReport): string[] {
  return [...report.errors, ...report.signatures.flatMap((one) => one.errors)].map((one) => one.code);
}
