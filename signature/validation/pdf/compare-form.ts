import { isDict, isRef } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { compareNewField, compareSignatureField } from './compare-signature-field.ts';
import { compareValueField } from './compare-value-field.ts';
import { appearanceTouched, inherited, isWidget, list, names, nodeOf } from './form-node.ts';
import type { FormContext, Inherited, Part } from './form-node.ts';
import { changedKeys, sameValue } from './semantic.ts';
import type { Step } from './step.ts';
import type { PageLookup } from './widgets.ts';

/** What an annotation comparison may take as explained: widgets that belong to signature fields of the new revision. */
export interface FormOutcome {
  readonly newWidgets: ReadonlySet<number>;
}

const ROOT: Inherited = { name: '', type: undefined, value: null };
const EMPTY: PdfDict = { kind: 'dict', entries: new Map() };

/** Compares the interactive form: fields are identified by their object, never by name alone. */
export function compareForm(step: Step, pages: PageLookup): FormOutcome {
  const { a, b } = step;
  const newWidgets = new Set<number>();
  const ref = b.catalog.entries.get('AcroForm');
  const before = a.resolve(a.catalog.entries.get('AcroForm'));
  const after = b.resolve(ref);
  if (before === null && after === null) return { newWidgets };
  // A form written in the catalog itself is changed with it.
  const num = isRef(ref) ? ref.num : b.rootRef.num;
  const object = `${num} 0 R`;
  if (!isDict(after)) {
    step.forbid('undefined', 'form-removed', { object });
    return { newWidgets };
  }
  const old = isDict(before) ? before : EMPTY;
  let explained = true;
  for (const key of changedKeys(a, old, b, after)) {
    if (key === 'Fields' || key === 'SigFlags') continue;
    const added = old.entries.get(key) === undefined;
    if (key === 'NeedAppearances' && b.resolve(after.entries.get(key)) === false) continue;
    // Default resources of a form that had none serve no field of the signed revision.
    if ((key === 'DR' || key === 'DA') && (before === null || (added && !hasFields(a, old)) || onlyGrew(step, old, after, key))) {
      step.accountThrough(containersOf(step, old.entries.get(key), after.entries.get(key)), after.entries.get(key), num);
      continue;
    }
    explained = false;
    step.forbid('undefined', 'form-changed', { object, reason: `/${key}` });
  }
  if (explained) step.account(num);

  const context: FormContext = { step, pages, newWidgets, seen: new Set() };
  const fieldsRef = after.entries.get('Fields');
  compareKids(context, list(a, old.entries.get('Fields')), list(b, fieldsRef), ROOT, ROOT);
  if (isRef(fieldsRef)) step.accountSole(fieldsRef.num, num, old.entries.get('Fields'));
  return { newWidgets };
}

function hasFields(a: PdfRevision, form: PdfDict): boolean {
  return list(a, form.entries.get('Fields')).length > 0;
}

/**
 * The dictionaries that only list: default resources and their categories, as far as they were that before. An object of
 * another part of the file that is called a resource now stays unexplained, and so do the fonts.
 */
function containersOf(step: Step, before: PdfObject | undefined, after: PdfObject | undefined): number[] {
  const refs = (revision: PdfRevision, value: PdfObject | undefined): number[] => {
    const dict = revision.resolve(value);
    const inner = isDict(dict) ? [...dict.entries.values()] : [];
    return [value, ...inner].flatMap((one) => (isRef(one) ? [one.num] : []));
  };
  const known = new Set(refs(step.a, before));
  return refs(step.b, after).filter((num) => known.has(num));
}

/** /DR may gain names; what was there stays what it was. */
function onlyGrew(step: Step, old: PdfDict, after: PdfDict, key: string): boolean {
  const { a, b } = step;
  const x = a.resolve(old.entries.get(key));
  const y = b.resolve(after.entries.get(key));
  if (key !== 'DR' || !isDict(x) || !isDict(y)) return false;
  // Where viewers draw the fields themselves, a font that was missing changes what they draw.
  if (a.resolve(old.entries.get('NeedAppearances')) === true) return false;
  return changedKeys(a, x, b, y).every((category) => {
    const p = a.resolve(x.entries.get(category));
    const q = b.resolve(y.entries.get(category));
    if (p === null) return isDict(q);
    return isDict(p) && isDict(q) && changedKeys(a, p, b, q).every((name) => p.entries.get(name) === undefined);
  });
}

function compareKids(
  context: FormContext,
  before: readonly PdfObject[],
  after: readonly PdfObject[],
  x: Inherited,
  y: Inherited,
  depth = 0,
): void {
  const { step } = context;
  if (depth > 64) {
    step.forbid('undefined', 'form-too-deep');
    return;
  }
  const left = new Map<number, PdfObject>();
  for (const kid of before) if (isRef(kid)) left.set(kid.num, kid);
  for (const kid of after) {
    if (!isRef(kid)) continue;
    if (context.seen.has(kid.num)) {
      step.forbid('undefined', 'field-tree-loops', { object: `${kid.num} 0 R` });
      continue;
    }
    context.seen.add(kid.num);
    const old = left.get(kid.num);
    left.delete(kid.num);
    if (old === undefined) compareNewField(context, kid, y);
    else compareField(context, old, kid, x, y, depth);
  }
  for (const num of left.keys()) step.forbid('undefined', 'field-removed', { object: `${num} 0 R` });
  // Fields written directly in the array have no identity: they must be the same, one by one.
  const direct = (list: readonly PdfObject[]): PdfObject => ({ kind: 'array', items: list.filter((kid) => !isRef(kid)) });
  if (!sameValue(step.a, direct(before), step.b, direct(after))) step.forbid('undefined', 'direct-field-changed');
}

function compareField(context: FormContext, x: PdfObject, y: PdfObject, fromX: Inherited, fromY: Inherited, depth: number): void {
  const { step } = context;
  const { a, b } = step;
  const old = nodeOf(a, x, fromX);
  const now = nodeOf(b, y, fromY);
  if (old === undefined || now === undefined) {
    if (old !== now) step.forbid('undefined', 'field-replaced', { object: `${(y as { num: number }).num} 0 R` });
    return;
  }
  const widgetsOnly = now.kids.every((kid) => isWidget(b, kid)) && old.kids.every((kid) => isWidget(a, kid));
  const object = `${now.num} 0 R`;
  if (!widgetsOnly) {
    const keys = changedKeys(a, old.dict, b, now.dict).filter((key) => key !== 'Kids');
    if (keys.length > 0) step.forbid('undefined', 'field-changed', { object, field: now.name, reason: names(keys) });
    else step.account(now.num);
    compareKids(context, old.kids, now.kids, inherited(old), inherited(now), depth + 1);
    return;
  }
  if (old.type !== now.type || old.name !== now.name) {
    step.forbid('undefined', 'field-changed', { object, field: now.name, reason: 'type or name' });
    return;
  }
  const kidNums = (kids: readonly PdfObject[]): string => kids.map((kid) => (isRef(kid) ? kid.num : 'direct')).join();
  const direct =
    now.kids.some((kid) => !isRef(kid)) && !sameValue(a, old.dict.entries.get('Kids'), b, now.dict.entries.get('Kids'));
  if (kidNums(old.kids) !== kidNums(now.kids) || direct) {
    step.forbid('undefined', 'field-changed', { object, field: now.name, reason: '/Kids' });
    return;
  }
  const parts: Part[] = [{ num: now.num, old: old.dict, now: now.dict }];
  for (const kid of now.kids) {
    if (!isRef(kid)) continue;
    parts.push({ num: kid.num, old: a.resolve(kid) as PdfDict, now: b.resolve(kid) as PdfDict });
  }
  const keys = new Set(parts.flatMap((part) => changedKeys(a, part.old, b, part.now)));
  const appearance = parts.some((part) => appearanceTouched(step, part.now));
  const value = isRef(now.value) ? step.isChanged(now.value.num) : false;
  if (keys.size === 0 && !appearance && !value) return;
  if (now.type === 'Sig') compareSignatureField(context, old, now, parts, keys);
  else compareValueField(context, old, now, parts, keys);
}
