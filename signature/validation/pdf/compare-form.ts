import { isArray, isDict, isName, isRef, isStream, isString } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { whyNotRendering } from './appearance.ts';
import { operationsOf } from './content-tokens.ts';
import { isDocumentTimeStamp } from './find-signatures.ts';
import { changedKeys, sameValue } from './semantic.ts';
import type { NoteOptions, Step } from './step.ts';
import { textOf } from './text.ts';
import { draws, judgeWidget, rectOf } from './widgets.ts';
import type { PageLookup } from './widgets.ts';

interface Inherited {
  readonly name: string;
  readonly type: string | undefined;
  readonly value: PdfObject;
}

interface Node {
  readonly num: number;
  readonly dict: PdfDict;
  readonly name: string;
  readonly type: string | undefined;
  readonly value: PdfObject;
  readonly kids: readonly PdfObject[];
}

/** What an annotation comparison may take as explained: widgets that belong to signature fields of the new revision. */
export interface FormOutcome {
  readonly newWidgets: ReadonlySet<number>;
}

const ROOT: Inherited = { name: '', type: undefined, value: null };
const EMPTY: PdfDict = { kind: 'dict', entries: new Map() };
const SIGNATURE_FILL: ReadonlySet<string> = new Set(['V', 'AP', 'M', 'F', 'MK', 'DA', 'Type']);
const VALUE_FILL: ReadonlySet<string> = new Set(['V', 'AP', 'AS', 'M', 'I']);

/** Compares the interactive form: fields are identified by their object, never by name alone. */
export function compareForm(step: Step, pages: PageLookup): FormOutcome {
  const { a, b } = step;
  const newWidgets = new Set<number>();
  const ref = b.catalog.entries.get('AcroForm');
  const before = a.resolve(a.catalog.entries.get('AcroForm'));
  const after = b.resolve(ref);
  if (before === null && after === null) return { newWidgets };
  const num = isRef(ref) ? ref.num : 0;
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
      if (before === null) step.accountBelow(after.entries.get(key), num);
      else step.accountThrough(containersOf(step, after.entries.get(key)), after.entries.get(key), num);
      continue;
    }
    explained = false;
    step.forbid('undefined', 'form-changed', { object, reason: `/${key}` });
  }
  if (explained) step.account(num);

  const context: Context = { step, pages, newWidgets, seen: new Set() };
  const fieldsRef = after.entries.get('Fields');
  compareKids(context, list(a, old.entries.get('Fields')), list(b, fieldsRef), ROOT, ROOT);
  if (isRef(fieldsRef)) step.accountSole(fieldsRef.num, num);
  return { newWidgets };
}

interface Context {
  readonly step: Step;
  readonly pages: PageLookup;
  readonly newWidgets: Set<number>;
  readonly seen: Set<number>;
}

function list(revision: PdfRevision, value: PdfObject | undefined): readonly PdfObject[] {
  const resolved = revision.resolve(value);
  return isArray(resolved) ? resolved.items : [];
}

function hasFields(a: PdfRevision, form: PdfDict): boolean {
  return list(a, form.entries.get('Fields')).length > 0;
}

/** The dictionaries that only list: default resources and their categories. The fonts in them stay unexplained. */
function containersOf(step: Step, value: PdfObject | undefined): number[] {
  const dict = step.b.resolve(value);
  const inner = isDict(dict) ? [...dict.entries.values()] : [];
  return [value, ...inner].flatMap((one) => (isRef(one) ? [one.num] : []));
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

function nodeOf(revision: PdfRevision, object: PdfObject, from: Inherited): Node | undefined {
  const dict = revision.resolve(object);
  if (!isDict(dict)) return undefined;
  const partial = textOf(revision.resolve(dict.entries.get('T')));
  const type = revision.resolve(dict.entries.get('FT'));
  return {
    num: isRef(object) ? object.num : 0,
    dict,
    name: partial === undefined ? from.name : from.name === '' ? partial : `${from.name}.${partial}`,
    type: isName(type) ? type.value : from.type,
    value: dict.entries.get('V') ?? from.value,
    kids: list(revision, dict.entries.get('Kids')),
  };
}

function compareKids(
  context: Context,
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

function compareField(context: Context, x: PdfObject, y: PdfObject, fromX: Inherited, fromY: Inherited, depth: number): void {
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

interface Part {
  readonly num: number;
  readonly old: PdfDict;
  readonly now: PdfDict;
}

function isWidget(revision: PdfRevision, kid: PdfObject): boolean {
  const dict = revision.resolve(kid);
  return isDict(dict) && !dict.entries.has('T') && !dict.entries.has('Kids');
}

function inherited(node: Node): Inherited {
  return { name: node.name, type: node.type, value: node.value };
}

const names = (keys: Iterable<string>): string => [...keys].map((key) => `/${key}`).join(' ');

function appearanceTouched(step: Step, widget: PdfDict): boolean {
  const ap = widget.entries.get('AP');
  if (isRef(ap) && step.isChanged(ap.num)) return true;
  const dict = step.b.resolve(ap);
  if (!isDict(dict)) return false;
  for (const state of dict.entries.values()) {
    if (isRef(state) && step.isChanged(state.num)) return true;
    const states = step.b.resolve(state);
    if (isDict(states)) for (const one of states.entries.values()) if (isRef(one) && step.isChanged(one.num)) return true;
  }
  return false;
}

function compareSignatureField(context: Context, old: Node, now: Node, parts: readonly Part[], keys: ReadonlySet<string>): void {
  const { step } = context;
  const object = `${now.num} 0 R`;
  const options = { object, field: now.name };
  if (step.a.resolve(old.value) !== null) {
    // Dictionary spoofing and redrawn signatures: a signed field never changes again.
    step.forbid('undefined', 'signed-field-changed', {
      ...options,
      reason: names(keys),
      code: 'pdf.signature-dictionary-changed',
    });
    return;
  }
  const others = [...keys].filter((key) => !SIGNATURE_FILL.has(key));
  if (others.length > 0 || (keys.has('F') && parts.some((part) => !onlyLocked(step, part)))) {
    step.forbid('undefined', 'signature-field-changed', { ...options, reason: names(keys) });
    return;
  }
  const redrawn = parts.some((part) => appearanceTouched(step, part.now)) || ['AP', 'MK', 'F', 'DA'].some((key) => keys.has(key));
  if (redrawn && !maySay(step, now)) {
    step.forbid('undefined', 'unsigned-field-drawn', { ...options, reason: 'something is drawn where nobody signed' });
    return;
  }
  if (redrawn && parts.some((part) => drewSomething(step.a, part.old))) {
    // Shadow hide: what an unsigned field showed when the document was signed vanishes under the new picture.
    const reason = 'the field showed something before anybody signed into it';
    step.note('signature', 'signature-drawn', 'undecided', { ...options, code: 'pdf.field-redrawn', reason });
  }
  for (const part of parts) {
    step.account(part.num);
    step.accountBelow(part.now.entries.get('AP'), part.num);
    judgeWidget(step, context.pages, part.num, part.now, now.name, 'existing');
  }
  acceptValue(step, now, object, 'signature-field-filled');
}

/** Had this widget an appearance with anything in it? */
function drewSomething(a: PdfRevision, widget: PdfDict): boolean {
  const ap = a.resolve(widget.entries.get('AP'));
  if (!isDict(ap)) return false;
  const normal = a.resolve(ap.entries.get('N'));
  if (!isStream(normal)) return normal !== null;
  const content = a.decodeStream(normal, 1 << 20);
  return [...operationsOf(content)].some(({ operator }) => !DRAWS_NOTHING.has(operator));
}

const DRAWS_NOTHING: ReadonlySet<string> = new Set(['q', 'Q', 'cm', 'BMC', 'BDC', 'EMC', 'BT', 'ET', 'n', 'W', 're', 'g', 'rg']);

/**
 * May the widgets of this field draw? Only those of a signature: an empty field or a document time-stamp binds nobody to
 * what it shows, and anybody may add one.
 */
function maySay(step: Step, now: Node): boolean {
  const value = step.b.resolve(now.value);
  return isDict(value) && !isDocumentTimeStamp(value);
}

/** A signature or document time-stamp that this revision brings. */
function acceptValue(step: Step, now: Node, object: string, what: string): void {
  const value = step.b.resolve(now.value);
  if (!isDict(value)) {
    if (now.value === null) step.note('signature', 'signature-field-prepared', 'allowed', { object, field: now.name });
    else step.forbid('undefined', 'signature-value-damaged', { object, field: now.name });
    return;
  }
  if (isRef(now.value)) {
    if (step.changed.get(now.value.num) !== 'added') {
      // Hide-and-replace: the "new" signature already lay in the signed bytes.
      step.forbid('undefined', 'signature-value-reused', { object, field: now.name });
      return;
    }
    step.accountBelow(now.value, now.num);
  }
  if (isDocumentTimeStamp(value)) step.note('document-time-stamp', 'time-stamped', 'allowed', { object, field: now.name });
  else step.note('signature', what, 'allowed', { object, field: now.name });
}

/** Print, Locked and LockedContents may be set; nothing may be hidden or uncovered. */
function onlyLocked(step: Step, part: Part): boolean {
  const before = step.a.resolve(part.old.entries.get('F'));
  const after = step.b.resolve(part.now.entries.get('F'));
  const x = typeof before === 'number' ? before : 0;
  const y = typeof after === 'number' ? after : 0;
  return ((x ^ y) & ~(4 | 128 | 512)) === 0;
}

function compareValueField(context: Context, old: Node, now: Node, parts: readonly Part[], keys: ReadonlySet<string>): void {
  const { step } = context;
  const object = `${now.num} 0 R`;
  const options = { object, field: now.name };
  const others = [...keys].filter((key) => !VALUE_FILL.has(key));
  if (others.length > 0) {
    step.forbid('undefined', 'field-changed', { ...options, reason: names(others) });
    return;
  }
  if (now.type === 'Btn') {
    compareButton(step, old, now, parts, keys);
    return;
  }
  if (now.type !== 'Tx' && now.type !== 'Ch') {
    step.forbid('undefined', 'field-changed', { ...options, reason: 'a field of unknown type' });
    return;
  }
  if (now.dict.entries.has('RV')) {
    // Some viewers show the rich text, which did not follow the value.
    step.note('form-fill', 'field-filled', 'undecided', { ...options, code: 'pdf.appearance-not-decidable', reason: '/RV' });
    return;
  }
  const text = step.b.resolve(now.value);
  if (text !== null && !isString(text)) {
    step.note('form-fill', 'field-filled', 'undecided', {
      ...options,
      code: 'pdf.appearance-not-decidable',
      reason: 'the value is no text',
    });
    return;
  }
  const value = textOf(text) ?? '';
  const widgets = now.kids.length === 0 ? parts : parts.slice(1);
  for (const widget of widgets) {
    const why = whyNotRendering(step, widget.now, value, widget.old);
    if (why !== undefined) {
      const judgement = why.certain ? 'forbidden' : 'undecided';
      step.note('form-fill', 'field-filled', judgement, {
        ...options,
        code: why.certain ? 'pdf.appearance-differs-from-value' : 'pdf.appearance-not-decidable',
        reason: why.text,
      });
      return;
    }
  }
  for (const part of parts) {
    step.account(part.num);
    const apRef = part.now.entries.get('AP');
    const ap = step.b.resolve(apRef);
    const normal = isDict(ap) ? ap.entries.get('N') : undefined;
    // Resources of the appearance were held against the signed revision already; only the stream itself is new.
    const nums = [apRef, normal].flatMap((one) => (isRef(one) ? [one.num] : []));
    step.accountThrough(nums, apRef, part.num);
  }
  if (isRef(now.value)) step.accountSole(now.value.num, now.num);
  noteFill(step, textOf(step.a.resolve(old.value)) ?? '', value, { ...options, reason: value });
}

/** Filling what was empty is form filling; putting another value where a signed one stood is left to whoever certified it. */
function noteFill(step: Step, before: string, after: string, options: NoteOptions): void {
  if (before.trim() === '' || before === after) step.note('form-fill', 'field-filled', 'allowed', options);
  else {
    step.note('form-fill', 'field-refilled', 'undecided', {
      ...options,
      code: 'pdf.filled-value-changed',
      reason: `"${before}" became "${after}"`,
    });
  }
}

/** Points: a mark in a box, not a text beside or over the text (an appearance prepared for later is a shadow attack). */
const LARGEST_BUTTON = 36;

/** Check boxes and radio buttons choose among appearances that were signed. */
function compareButton(step: Step, old: Node, now: Node, parts: readonly Part[], keys: ReadonlySet<string>): void {
  const object = `${now.num} 0 R`;
  const redrawn = keys.has('AP') || parts.some((part) => appearanceTouched(step, part.now));
  const named = parts.every((part) => {
    const state = step.b.resolve(part.now.entries.get('AS'));
    const ap = step.b.resolve(part.now.entries.get('AP'));
    const normal = isDict(ap) ? step.b.resolve(ap.entries.get('N')) : null;
    if (state === null) return !keys.has('AS');
    return (
      isName(state) && (state.value === 'Off' || (isDict(normal) && isStream(step.b.resolve(normal.entries.get(state.value)))))
    );
  });
  if (redrawn || !named || old.type !== now.type) {
    step.forbid('undefined', 'field-changed', { object, field: now.name, reason: names(keys) });
    return;
  }
  for (const part of parts) step.account(part.num);
  const large = parts.some((part) => {
    const rect = rectOf(step.b, part.now.entries.get('Rect'));
    return rect !== undefined && (rect[2] - rect[0] > LARGEST_BUTTON || rect[3] - rect[1] > LARGEST_BUTTON);
  });
  if (large) {
    step.note('form-fill', 'button-chosen', 'undecided', {
      object,
      field: now.name,
      code: 'pdf.button-draws',
      reason: 'the button is large enough to show content nobody saw when signing',
    });
    return;
  }
  const state = (revision: PdfRevision, value: PdfObject): string => {
    const name = revision.resolve(value);
    return isName(name) && name.value !== 'Off' ? name.value : '';
  };
  const [before, after] = [state(step.a, old.value), state(step.b, now.value)];
  if (before === '' || before === after) step.note('form-fill', 'button-chosen', 'allowed', { object, field: now.name });
  else noteFill(step, before, after, { object, field: now.name });
}

/** A field that the older revision did not have: only signature fields may be added. */
function compareNewField(context: Context, ref: PdfObject, from: Inherited): void {
  const { step, pages, newWidgets } = context;
  const now = nodeOf(step.b, ref, from);
  const object = isRef(ref) ? `${ref.num} 0 R` : 'trailer';
  if (now === undefined || now.type !== 'Sig') {
    step.forbid('annotation', 'field-added', { object, ...(now === undefined ? {} : { field: now.name }) });
    return;
  }
  const widgets = [{ num: now.num, dict: now.dict }];
  for (const kid of now.kids) {
    const dict = step.b.resolve(kid);
    // A field of another kind must not come in as the kid of a signature field.
    if (!isRef(kid) || !isDict(dict) || dict.entries.has('T') || dict.entries.has('FT') || dict.entries.has('Kids')) {
      step.forbid('annotation', 'field-added', {
        object,
        field: now.name,
        reason: 'a signature field with other fields below it',
      });
      return;
    }
    widgets.push({ num: kid.num, dict });
  }
  for (const widget of widgets) {
    if (step.changed.get(widget.num) !== 'added') {
      step.forbid('undefined', 'field-made-of-old-object', { object: `${widget.num} 0 R`, field: now.name });
      return;
    }
    if (draws(step.b, widget.dict) && !maySay(step, now)) {
      step.forbid('undefined', 'unsigned-field-drawn', {
        object,
        field: now.name,
        reason: 'something is drawn where nobody signed',
      });
    }
    for (const key of ['A', 'AA']) {
      if (widget.dict.entries.has(key)) step.forbid('undefined', 'action-added', { object, field: now.name, reason: `/${key}` });
    }
    step.account(widget.num);
    newWidgets.add(widget.num);
    for (const key of ['AP', 'MK', 'Lock', 'SV', 'DR']) step.accountBelow(widget.dict.entries.get(key), widget.num);
    judgeWidget(step, pages, widget.num, widget.dict, now.name, 'new');
  }
  acceptValue(step, now, object, 'signature-added');
}
