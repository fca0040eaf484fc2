import type { PdfArray, PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import { isArray, isDict, isInteger, isName, isRef, isString, pdfArray, pdfDict, withEntries } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { SignatureFault } from '../fault.ts';
import { readTextString } from './text-string.ts';

/** One terminal field as found in the form, with what it inherits. */
export interface FormField {
  readonly ref: PdfRef;
  readonly dict: PdfDict;
  readonly fullName: string;
  /** `Sig`, `Tx`, `Btn`, `Ch` or undefined. */
  readonly type: string | undefined;
  /** Widgets of the field; the field itself when merged. */
  readonly widgets: readonly PdfRef[];
  readonly value: PdfObject;
  /** Inherited `/DA`, falling back to the form's. */
  readonly defaultAppearance: string | undefined;
  /** Inherited `/Q`. */
  readonly quadding: number;
}

const MAX_FIELDS = 20_000;
const MAX_DEPTH = 64;

/**
 * All terminal fields reachable from `/AcroForm /Fields` (ISO 32000-2 §12.7.4).
 *
 * @throws {SignatureFault} `pades.form-damaged` for loops, direct fields and forms beyond 20,000 fields
 */
export function formFields(revision: PdfRevision, get: (o: PdfObject | undefined) => PdfObject): FormField[] {
  const form = get(revision.catalog.entries.get('AcroForm'));
  if (!isDict(form)) return [];
  const found: FormField[] = [];
  const seen = new Set<number>();
  const roots = get(form.entries.get('Fields'));
  const base: Inherited = { name: '', type: undefined, value: null, da: form.entries.get('DA'), q: form.entries.get('Q') };
  if (isArray(roots)) for (const root of roots.items) visit(root, base, 0);
  return found;

  function visit(item: PdfObject, above: Inherited, depth: number): void {
    if (!isRef(item)) throw new SignatureFault('pades.form-damaged', 'a form field is not a reference');
    const dict = get(item);
    if (!isDict(dict)) return;
    if (seen.has(item.num) || seen.size > MAX_FIELDS || depth > MAX_DEPTH) {
      throw new SignatureFault('pades.form-damaged', `the field tree comes back to object ${item.num} or has no end`);
    }
    seen.add(item.num);
    const own = inherit(dict, above, get);
    const kids = get(dict.entries.get('Kids'));
    const refs = isArray(kids) ? kids.items.filter(isRef) : [];
    const fields = refs.filter((kid) => {
      const kidDict = get(kid);
      return isDict(kidDict) && kidDict.entries.has('T');
    });
    if (fields.length > 0) for (const kid of fields) visit(kid, own, depth + 1);
    else found.push(terminal(item, dict, own, refs, get));
  }
}

interface Inherited {
  readonly name: string;
  readonly type: string | undefined;
  readonly value: PdfObject;
  readonly da: PdfObject | undefined;
  readonly q: PdfObject | undefined;
}

function inherit(dict: PdfDict, above: Inherited, get: (o: PdfObject | undefined) => PdfObject): Inherited {
  const partial = get(dict.entries.get('T'));
  const name = isString(partial) ? readTextString(partial.bytes) : '';
  const type = get(dict.entries.get('FT'));
  return {
    name: name === '' ? above.name : above.name === '' ? name : `${above.name}.${name}`,
    type: isName(type) ? type.value : above.type,
    value: dict.entries.has('V') ? get(dict.entries.get('V')) : above.value,
    da: dict.entries.get('DA') ?? above.da,
    q: dict.entries.get('Q') ?? above.q,
  };
}

function terminal(
  ref: PdfRef,
  dict: PdfDict,
  own: Inherited,
  kids: readonly PdfRef[],
  get: (o: PdfObject | undefined) => PdfObject,
): FormField {
  const da = get(own.da);
  const q = get(own.q);
  return {
    ref,
    dict,
    fullName: own.name,
    type: own.type,
    widgets: kids.length > 0 ? kids : [ref],
    value: own.value,
    defaultAppearance: isString(da) ? readTextString(da.bytes) : undefined,
    quadding: isInteger(q) ? q : 0,
  };
}

/** The form being written: one place that knows where `/Fields`, `/DR` and `/SigFlags` live in this file. */
export interface FormEditor {
  readonly fields: readonly FormField[];
  addField(ref: PdfRef): void;
  /** Bits of `/SigFlags` to set (ISO 32000-2 Table 225). */
  setSigFlags(bits: number): void;
  /** Puts a font under `/DR /Font`. */
  addFont(name: string, font: PdfRef): void;
  /** A font of `/DR`, reference kept. */
  fontOf(name: string): PdfObject;
  /** Writes the changes into the update; nothing is written when nothing changed. */
  apply(): void;
}

/** Reads values through the update, so that several edits in one increment see each other. */
export function through(update: PdfUpdate): (object: PdfObject | undefined) => PdfObject {
  return (object) => {
    let value = object ?? null;
    for (let hops = 0; isRef(value) && hops < 32; hops++) value = update.get(value);
    return isRef(value) ? null : value;
  };
}

export function editForm(update: PdfUpdate): FormEditor {
  const { last } = update.file;
  const get = through(update);
  const { rootRef } = last;
  const catalog = update.get(rootRef);
  if (!isDict(catalog)) throw new SignatureFault('pades.form-damaged', 'the catalog is no dictionary');
  const formEntry = catalog.entries.get('AcroForm');
  const old = get(formEntry);
  const form = isDict(old) ? old : pdfDict({ Fields: pdfArray([]) });
  const added: PdfRef[] = [];
  const fonts = new Map<string, PdfRef>();
  let sigFlags = 0;
  const fields = formFields(last, get);
  return {
    fields,
    addField: (ref) => void added.push(ref),
    setSigFlags: (bits) => void (sigFlags |= bits),
    addFont: (name, font) => void fonts.set(name, font),
    fontOf(name) {
      const resources = get(form.entries.get('DR'));
      const dictionary = isDict(resources) ? get(resources.entries.get('Font')) : null;
      return isDict(dictionary) ? (dictionary.entries.get(name) ?? null) : null;
    },
    apply() {
      const changes: Record<string, PdfObject> = {};
      if (added.length > 0) {
        const entry = form.entries.get('Fields');
        const list = get(entry);
        const longer = pdfArray([...(isArray(list) ? list.items : []), ...added]);
        if (isRef(entry) && isArray(list)) update.set(entry, longer);
        else changes['Fields'] = longer;
      }
      const flags = get(form.entries.get('SigFlags'));
      const before = isInteger(flags) ? flags : 0;
      if ((before | sigFlags) !== before) changes['SigFlags'] = before | sigFlags;
      if (fonts.size > 0) changes['DR'] = withFonts(form, fonts, get);
      if (Object.keys(changes).length === 0 && isDict(old)) return;
      const next = withEntries(form, changes);
      if (isRef(formEntry) && isDict(old)) update.set(formEntry, next);
      else if (isDict(old)) update.set(rootRef, withEntries(catalog, { AcroForm: next }));
      else update.set(rootRef, withEntries(catalog, { AcroForm: update.add(next) }));
    },
  };
}

function withFonts(form: PdfDict, fonts: ReadonlyMap<string, PdfRef>, get: (o: PdfObject | undefined) => PdfObject): PdfDict {
  const resources = get(form.entries.get('DR'));
  const base = isDict(resources) ? resources : pdfDict({});
  const dictionary = get(base.entries.get('Font'));
  const font = withEntries(isDict(dictionary) ? dictionary : pdfDict({}), Object.fromEntries(fonts));
  return withEntries(base, { Font: font });
}

/** Adds widgets to a page's `/Annots`, in the array's own object where it has one, so that the page itself stays as it is. */
export function addAnnotations(update: PdfUpdate, page: PdfPage, widgets: readonly PdfRef[]): void {
  const dict = update.get(page.ref);
  if (!isDict(dict)) throw new SignatureFault('pades.form-damaged', `page object ${page.ref.num} is no dictionary`);
  const entry = dict.entries.get('Annots');
  const old = through(update)(entry);
  const list: PdfArray = pdfArray([...(isArray(old) ? old.items : []), ...widgets]);
  if (isRef(entry) && isArray(old)) update.set(entry, list);
  else update.set(page.ref, withEntries(dict, { Annots: list }));
}
