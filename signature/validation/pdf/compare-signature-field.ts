import { isDict, isName, isRef, isStream } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { operationsOf } from './content-tokens.ts';
import { isDocumentTimeStamp } from './find-signatures.ts';
import { appearanceTouched, names, nodeOf } from './form-node.ts';
import type { FieldNode, FormContext, Inherited, Part } from './form-node.ts';
import type { Step } from './step.ts';
import { draws, judgeWidget } from './widgets.ts';

const SIGNATURE_FILL: ReadonlySet<string> = new Set(['V', 'AP', 'M', 'F', 'MK', 'DA', 'Type']);

/** A signature field that was there before: signed into, or left as it is. */
export function compareSignatureField(
  context: FormContext,
  old: FieldNode,
  now: FieldNode,
  parts: readonly Part[],
  keys: ReadonlySet<string>,
): void {
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
function maySay(step: Step, now: FieldNode): boolean {
  const value = step.b.resolve(now.value);
  return isDict(value) && !isDocumentTimeStamp(value);
}

/** A signature or document time-stamp that this revision brings. */
function acceptValue(step: Step, now: FieldNode, object: string, what: string): void {
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

/** A field that the older revision did not have: only signature fields may be added. */
export function compareNewField(context: FormContext, ref: PdfObject, from: Inherited): void {
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
    const subtype = step.b.resolve(widget.dict.entries.get('Subtype'));
    // Viewers draw squares, notes and the like without an appearance, whatever field they say they are.
    if (subtype !== null && !isName(subtype, 'Widget')) {
      step.forbid('annotation', 'field-added', { object, field: now.name, reason: 'a signature field that is no widget' });
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
