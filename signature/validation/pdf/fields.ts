import { isArray, isDict, isName, isRef } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { textOf } from './text.ts';

/** A terminal form field: identified by its object, because two fields may share a partial name. */
export interface FormField {
  /** Object number, or 0 for a dictionary written in its parent. */
  readonly num: number;
  readonly dict: PdfDict;
  readonly fullName: string;
  readonly type: string | undefined;
  readonly flags: number;
  /** Inherited /V. */
  readonly value: PdfObject;
  /** Widgets: the field itself when merged, else its kids without /T. */
  readonly widgets: readonly { readonly num: number; readonly dict: PdfDict }[];
  /** Object numbers from the root field down to this one. */
  readonly path: readonly number[];
}

interface Inherited {
  readonly name: string;
  readonly type: string | undefined;
  readonly flags: number;
  readonly value: PdfObject;
  readonly path: readonly number[];
}

const read = new WeakMap<PdfRevision, readonly FormField[]>();

/** All terminal fields reachable from /AcroForm /Fields of one revision; loops and depth are cut off, never followed. */
export function formFields(revision: PdfRevision): readonly FormField[] {
  let fields = read.get(revision);
  if (fields === undefined) read.set(revision, (fields = readFields(revision)));
  return fields;
}

function readFields(revision: PdfRevision): FormField[] {
  const form = revision.resolve(revision.catalog.entries.get('AcroForm'));
  if (!isDict(form)) return [];
  const out: FormField[] = [];
  const seen = new Set<number>();
  const visit = (object: PdfObject, from: Inherited, depth: number): void => {
    if (depth > 64) return;
    const num = isRef(object) ? object.num : 0;
    if (num !== 0 && seen.has(num)) return;
    if (num !== 0) seen.add(num);
    const dict = revision.resolve(object);
    if (!isDict(dict)) return;
    const partial = textOf(revision.resolve(dict.entries.get('T')));
    const typeName = revision.resolve(dict.entries.get('FT'));
    const ff = revision.resolve(dict.entries.get('Ff'));
    const own: Inherited = {
      name: partial === undefined ? from.name : from.name === '' ? partial : `${from.name}.${partial}`,
      type: isName(typeName) ? typeName.value : from.type,
      flags: typeof ff === 'number' ? ff : from.flags,
      value: dict.entries.has('V') ? (dict.entries.get('V') as PdfObject) : from.value,
      path: [...from.path, num],
    };
    const kids = revision.resolve(dict.entries.get('Kids'));
    const children = isArray(kids) ? kids.items : [];
    const widgets: { num: number; dict: PdfDict }[] = [];
    let fields = 0;
    for (const kid of children) {
      const kidDict = revision.resolve(kid);
      if (!isDict(kidDict)) continue;
      if (kidDict.entries.has('T') || kidDict.entries.has('Kids')) {
        fields++;
        visit(kid, own, depth + 1);
      } else widgets.push({ num: isRef(kid) ? kid.num : 0, dict: kidDict });
    }
    if (fields > 0 && widgets.length === 0) return;
    if (children.length === 0) widgets.push({ num, dict });
    out.push({ num, dict, fullName: own.name, type: own.type, flags: own.flags, value: own.value, widgets, path: own.path });
  };
  const fields = revision.resolve(form.entries.get('Fields'));
  const root: Inherited = { name: '', type: undefined, flags: 0, value: null, path: [] };
  if (isArray(fields)) for (const item of fields.items) visit(item, root, 0);
  return out;
}
