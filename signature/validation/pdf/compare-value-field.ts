import { isDict, isName, isRef, isStream, isString } from '@antin/formats/pdf/objects';
import type { PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { whyNotRendering } from './appearance.ts';
import { appearanceTouched, names } from './form-node.ts';
import type { FieldNode, FormContext, Part } from './form-node.ts';
import type { NoteOptions, Step } from './step.ts';
import { textOf } from './text.ts';
import { overlaps, rectOf } from './widgets.ts';
import type { PageLookup } from './widgets.ts';

const VALUE_FILL: ReadonlySet<string> = new Set(['V', 'AP', 'AS', 'M', 'I']);

/** A field with a value: its new appearance must be the value drawn, and nothing but both may change. */
export function compareValueField(
  context: FormContext,
  old: FieldNode,
  now: FieldNode,
  parts: readonly Part[],
  keys: ReadonlySet<string>,
): void {
  const { step } = context;
  const object = `${now.num} 0 R`;
  const options = { object, field: now.name };
  const others = [...keys].filter((key) => !VALUE_FILL.has(key));
  if (others.length > 0) {
    step.forbid('undefined', 'field-changed', { ...options, reason: names(others) });
    return;
  }
  if (now.type === 'Btn') {
    compareButton(context, old, now, parts, keys);
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
  if (isRef(now.value)) step.accountSole(now.value.num, now.num, old.value);
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
const LARGEST_BUTTON = 24;

function mayHideOrSay(step: Step, pages: PageLookup, { num, now }: Part): boolean {
  const rect = rectOf(step.b, now.entries.get('Rect'));
  if (rect === undefined) return false;
  if (rect[2] - rect[0] > LARGEST_BUTTON || rect[3] - rect[1] > LARGEST_BUTTON) return true;
  return pages.pagesOf(num, now).some((page) => {
    const writing = pages.writing(page);
    return typeof writing === 'string' || writing.some((box) => overlaps(box, rect, 0.5));
  });
}

/** Check boxes and radio buttons choose among appearances that were signed. */
function compareButton(
  context: FormContext,
  old: FieldNode,
  now: FieldNode,
  parts: readonly Part[],
  keys: ReadonlySet<string>,
): void {
  const { step, pages } = context;
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
  if (parts.some((part) => mayHideOrSay(step, pages, part))) {
    step.note('form-fill', 'button-chosen', 'undecided', {
      object,
      field: now.name,
      code: 'pdf.button-draws',
      reason: 'the button is large enough to show content nobody saw when signing, or lies over text',
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
