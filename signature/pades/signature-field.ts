import type { PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import { isInteger, pdfArray, pdfDict, pdfName, withEntries } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import { boxOf } from '@antin/formats/pdf/pages';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { SignatureFault } from '../fault.ts';
import type { FormEditor, FormField } from './acro-form.ts';
import { addAnnotations, through } from './acro-form.ts';
import type { DrawingDoors, PlacedAppearance } from './appearance.ts';
import { drawAppearance, formXObject } from './appearance.ts';
import type { PagePlacement } from './placement.ts';
import { placeOnPage } from './placement.ts';
import type { FieldLock } from './permissions.ts';
import { fieldLock } from './permissions.ts';
import { tagWidget } from './structure.ts';
import { textString } from './text-string.ts';

/** Print (bit 3) and Locked (bit 8), ISO 32000-2 Table 167; PDF/A demands Print and forbids Hidden. */
const WIDGET_FLAGS = 4 | 128;

export interface SignatureFieldInput {
  readonly name: string;
  /** Reference to the signature dictionary. */
  readonly signature: PdfRef;
  readonly appearance: PlacedAppearance | undefined;
  readonly doors: DrawingDoors;
  /** Written into a new field as well; one that is there keeps what its author wrote. */
  readonly lock?: FieldLock | undefined;
}

/** Puts the signature into the empty field of this name, or into a new one. */
export function placeSignatureField(update: PdfUpdate, form: FormEditor, input: SignatureFieldInput): void {
  const existing = form.fields.find((field) => field.fullName === input.name);
  if (existing) fillExisting(update, existing, input);
  else addNew(update, form, input);
}

function fillExisting(update: PdfUpdate, field: FormField, input: SignatureFieldInput): void {
  if (field.type !== 'Sig') throw new SignatureFault('pades.field-type', `"${input.name}" is not a signature field`);
  if (field.value !== null) throw new SignatureFault('pades.field-signed', `the field "${input.name}" is already signed`);
  const get = through(update);
  const fieldDict = update.get(field.ref) as PdfDict;
  const [widget] = field.widgets;
  if (!widget || field.widgets.length !== 1) {
    throw new SignatureFault('pades.field-type', `the field "${input.name}" does not have exactly one place`);
  }
  const widgetDict = widget.num === field.ref.num ? fieldDict : (get(widget) as PdfDict);
  const drawn = input.appearance ? redraw(update, widgetDict, input.appearance, input.doors) : undefined;
  const flags = get(widgetDict.entries.get('F'));
  const visible: Record<string, PdfObject | undefined> = drawn
    ? { AP: pdfDict({ N: drawn }), F: (isInteger(flags) ? flags : 0) | WIDGET_FLAGS }
    : {};
  if (widget.num === field.ref.num) update.set(field.ref, withEntries(fieldDict, { V: input.signature, ...visible }));
  else {
    update.set(field.ref, withEntries(fieldDict, { V: input.signature }));
    if (drawn) update.set(widget, withEntries(widgetDict, visible));
  }
}

/** The place of an existing field counts; its rectangle never moves. */
function redraw(update: PdfUpdate, widget: PdfDict, appearance: PlacedAppearance, doors: DrawingDoors): PdfRef {
  const get = through(update);
  const box = boxOf({ resolve: get }, widget.entries.get('Rect'));
  // Drawn nowhere, it would be an invisible signature although somebody chose a picture.
  if (!box) throw new SignatureFault('pades.placement', 'the field has no area: nothing can be shown there');
  const page = pageOfWidget(update, widget) ?? update.file.last.page(appearance.page - 1);
  const turned = page.rotate % 180 !== 0;
  const [width, height] = [(box[2] - box[0]) * page.userUnit, (box[3] - box[1]) * page.userUnit];
  const { matrix } = placeOnPage(page, [0, 0, 1, 1]);
  return drawAppearance(update, appearance, turned ? [height, width] : [width, height], matrix, doors);
}

function pageOfWidget(update: PdfUpdate, widget: PdfDict): PdfPage | undefined {
  const ref = widget.entries.get('P');
  if (typeof ref !== 'object' || ref?.kind !== 'ref') return undefined;
  for (const page of update.file.last.walkPages()) if (page.ref.num === ref.num) return page;
  return undefined;
}

function addNew(update: PdfUpdate, form: FormEditor, input: SignatureFieldInput): void {
  const { appearance } = input;
  // The page may be the subject of other edits in this update; its geometry never is.
  const page = update.file.last.page((appearance?.page ?? 1) - 1);
  const placement = appearance ? placeChecked(page, appearance) : undefined;
  const drawn =
    appearance && placement
      ? drawAppearance(update, appearance, [appearance.rect[2], appearance.rect[3]], placement.matrix, input.doors)
      : undefined;
  const widget = addSignatureWidget(update, form, {
    name: input.name,
    page,
    placement,
    value: input.signature,
    lock: input.lock,
    appearance: drawn,
  });
  addAnnotations(update, page, [widget]);
}

/** @throws {SignatureFault} `pades.placement` for a rectangle without area or outside the page */
export function placeChecked(page: PdfPage, where: { readonly rect: PlacedAppearance['rect'] }): PagePlacement {
  const [x, y, width, height] = where.rect;
  if (![x, y, width, height].every(Number.isFinite) || width <= 0 || height <= 0) {
    throw new SignatureFault('pades.placement', 'the rectangle has no area');
  }
  const placement = placeOnPage(page, where.rect);
  const [left, bottom, right, top] = page.cropBox;
  const [l, b, r, t] = placement.rect;
  if (r <= left || l >= right || t <= bottom || b >= top) {
    throw new SignatureFault('pades.placement', `the rectangle lies outside page ${page.index + 1}`);
  }
  return placement;
}

export interface SignatureWidget {
  readonly name: string;
  readonly page: PdfPage;
  readonly placement: PagePlacement | undefined;
  readonly value?: PdfRef;
  readonly lock?: FieldLock | undefined;
  /** `/TU`; the name without it. */
  readonly label?: string | undefined;
  readonly appearance?: PdfRef | undefined;
}

/** Field and widget in one dictionary, listed in the form; the caller lists it on the page. */
export function addSignatureWidget(update: PdfUpdate, form: FormEditor, input: SignatureWidget): PdfRef {
  if (input.name.includes('.') || input.name === '') {
    throw new SignatureFault('pades.field-missing', `"${input.name}" is no existing field and no name for a new one`);
  }
  const appearance = input.appearance ?? nothingYet(update, form, input);
  const ref = update.allocate();
  update.set(
    ref,
    pdfDict({
      Type: pdfName('Annot'),
      Subtype: pdfName('Widget'),
      FT: pdfName('Sig'),
      T: textString(input.name),
      // What a screen reader says; PDF/UA-1 7.18.1.
      TU: textString(input.label ?? input.name),
      ...tagWidget(update, form, ref, input.page),
      F: WIDGET_FLAGS,
      P: input.page.ref,
      Rect: pdfArray(input.placement?.rect ?? [0, 0, 0, 0]),
      ...(input.placement && input.placement.rotate !== 0 ? { MK: pdfDict({ R: input.placement.rotate }) } : {}),
      ...(appearance ? { AP: pdfDict({ N: appearance }) } : {}),
      ...(input.value ? { V: input.value } : {}),
      ...(input.lock ? { Lock: update.add(fieldLock(input.lock)) } : {}),
    }),
  );
  form.addField(ref);
  return ref;
}

/**
 * PDF/A wants an appearance from every widget with an area (ISO 19005-2 6.3.3), so a field that waits for its signature gets an
 * empty one. Not behind a signature: there a judge takes every appearance that nobody signs for as something drawn.
 */
function nothingYet(update: PdfUpdate, form: FormEditor, { placement, value }: SignatureWidget): PdfRef | undefined {
  const signed = form.fields.some((field) => field.type === 'Sig' && field.value !== null);
  if (placement === undefined || value !== undefined || signed) return undefined;
  const [left, bottom, right, top] = placement.rect;
  const { matrix } = placement;
  return formXObject(update, { width: right - left, height: top - bottom, matrix, resources: {}, content: '' });
}
