import { isArray, isDict, isName, isRef } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { Step } from './step.ts';
import { textOf } from './text.ts';
import type { PageLookup } from './widgets.ts';

/** What a field takes from those above it (ISO 32000-2 §12.7.4.1). */
export interface Inherited {
  readonly name: string;
  readonly type: string | undefined;
  readonly value: PdfObject;
}

export interface FieldNode {
  readonly num: number;
  readonly dict: PdfDict;
  readonly name: string;
  readonly type: string | undefined;
  readonly value: PdfObject;
  readonly kids: readonly PdfObject[];
}

/** What the comparison of one form carries along. */
export interface FormContext {
  readonly step: Step;
  readonly pages: PageLookup;
  readonly newWidgets: Set<number>;
  readonly seen: Set<number>;
}

export function list(revision: PdfRevision, value: PdfObject | undefined): readonly PdfObject[] {
  const resolved = revision.resolve(value);
  return isArray(resolved) ? resolved.items : [];
}

export function nodeOf(revision: PdfRevision, object: PdfObject, from: Inherited): FieldNode | undefined {
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

/** A field or one of its widgets, before and after. */
export interface Part {
  readonly num: number;
  readonly old: PdfDict;
  readonly now: PdfDict;
}

export function isWidget(revision: PdfRevision, kid: PdfObject): boolean {
  const dict = revision.resolve(kid);
  return isDict(dict) && !dict.entries.has('T') && !dict.entries.has('Kids');
}

export function inherited(node: FieldNode): Inherited {
  return { name: node.name, type: node.type, value: node.value };
}

export const names = (keys: Iterable<string>): string => [...keys].map((key) => `/${key}`).join(' ');

export function appearanceTouched(step: Step, widget: PdfDict): boolean {
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
