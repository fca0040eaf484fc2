import { latin1 } from '@antin/formats/bytes/bytes';
import type { PdfRef } from '@antin/formats/pdf/objects';
import { pdfArray, pdfDict, pdfName, pdfString } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import { nameText, numberText } from '@antin/formats/pdf/serialize';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { SignatureFault } from '../fault.ts';
import type { FormEditor } from './acro-form.ts';
import { addAnnotations } from './acro-form.ts';
import { formXObject } from './appearance.ts';
import { DOCUMENT_CHARACTERS, embedFont } from './font.ts';
import type { Deflate } from './image.ts';
import type { VisualRect } from './placement.ts';
import type { FieldLock } from './permissions.ts';
import { addSignatureWidget, placeChecked } from './signature-field.ts';
import { tagWidget } from './structure.ts';
import { textString } from './text-string.ts';

export interface ReservedTextField {
  /** Partial name, no dots. */
  readonly name?: string;
  /** 1-based. */
  readonly page: number;
  readonly rect: VisualRect;
  /** Points; default 13, as Decree 30/2020 sets numbers and dates. */
  readonly size?: number;
  readonly align?: 'left' | 'center' | 'right';
  /** What a screen reader calls it (`/TU`); the name without it. */
  readonly label?: string;
  /** Another TrueType file than the others', e.g. italic for place and date. */
  readonly font?: Uint8Array;
}

export interface ReservedSignatureField {
  readonly name: string;
  readonly page: number;
  readonly rect: VisualRect;
  /** What a screen reader calls it (`/TU`); the name without it. */
  readonly label?: string;
  /** What nobody may change once this field is signed (`/Lock`, ISO 32000-2 §12.7.5.5): full names of fields, or a rule. */
  readonly lock?: readonly string[] | FieldLock;
}

/** Places kept before the first signature, so that numbering and sealing later only fill what is there. */
export interface ReservedFields {
  /** Default name `so`. */
  readonly number?: ReservedTextField;
  /** Default name `ngay`. */
  readonly date?: ReservedTextField;
  readonly more?: readonly (ReservedTextField & { readonly name: string })[];
  readonly signatures?: readonly ReservedSignatureField[];
  /** TrueType file for the values to come. */
  readonly font: Uint8Array;
  /** What values may hold; default: ASCII, all Vietnamese letters, usual punctuation. */
  readonly characters?: string;
}

/** The field is not for typing: its value comes with the clerk's revision (ISO 32000-2 Table 227, bit 1). */
const READ_ONLY = 1;
const PRINT = 4;
const QUADDING = { left: 0, center: 1, right: 2 } as const;

/** @throws {SignatureFault} `pades.already-signed`, `pades.field-exists`, `pades.field-missing`, `pades.placement` */
export function reserveFields(update: PdfUpdate, form: FormEditor, fields: ReservedFields, deflate: Deflate | undefined): void {
  const texts = [
    ...(fields.number ? [{ name: 'so', label: 'Số', ...fields.number }] : []),
    ...(fields.date ? [{ name: 'ngay', label: 'Ngày', ...fields.date }] : []),
    ...(fields.more ?? []),
  ];
  const signatures = fields.signatures ?? [];
  // To whoever signed, a new text field with its font is an unexplained change of the document.
  if (texts.length > 0 && form.fields.some((field) => field.type === 'Sig' && field.value !== null)) {
    throw new SignatureFault('pades.already-signed', 'text fields can only be reserved before the first signature');
  }
  const names = new Set(form.fields.map((field) => field.fullName));
  for (const { name } of [...texts, ...signatures]) {
    if (names.has(name)) throw new SignatureFault('pades.field-exists', `the form already has a field "${name}"`);
    if (name === '' || name.includes('.'))
      throw new SignatureFault('pades.field-missing', `"${name}" is no name for a new field`);
    names.add(name);
  }
  const perPage = new Map<PdfPage, PdfRef[]>();
  const pages = new Map<number, PdfPage>();
  const onPage = (number: number): PdfPage => {
    const page = pages.get(number) ?? update.file.last.page(number - 1);
    pages.set(number, page);
    return page;
  };
  const list = (page: PdfPage, widget: PdfRef): void => void perPage.set(page, [...(perPage.get(page) ?? []), widget]);
  if (texts.length > 0) {
    const fontNames = new Map<Uint8Array, string>();
    for (const text of texts) {
      const page = onPage(text.page);
      const file = text.font ?? fields.font;
      const fontName = fontNames.get(file) ?? freeFontName(form, [...fontNames.values()]);
      if (!fontNames.has(file)) {
        form.addFont(fontName, embedFont(update, file, fields.characters ?? DOCUMENT_CHARACTERS, deflate).ref);
        fontNames.set(file, fontName);
      }
      list(page, addTextField(update, form, text, page, fontName));
    }
  }
  for (const { name, page: number, rect, lock, label } of signatures) {
    const page = onPage(number);
    list(
      page,
      addSignatureWidget(update, form, { name, label, page, placement: placeChecked(page, { rect }), lock: ruleOf(lock) }),
    );
  }
  for (const [page, widgets] of perPage) addAnnotations(update, page, widgets);
}

function ruleOf(lock: ReservedSignatureField['lock']): FieldLock | undefined {
  if (lock === undefined || 'action' in lock) return lock;
  return lock.length === 0 ? undefined : { action: 'Include', fields: lock };
}

function freeFontName(form: FormEditor, taken: readonly string[]): string {
  let name = 'AntinText';
  for (let i = 2; form.fontOf(name) !== null || taken.includes(name); i++) name = `AntinText${i}`;
  return name;
}

function addTextField(
  update: PdfUpdate,
  form: FormEditor,
  field: ReservedTextField & { readonly name: string },
  page: PdfPage,
  fontName: string,
): PdfRef {
  const { rect, matrix, rotate } = placeChecked(page, field);
  const [, , width, height] = field.rect;
  const empty = formXObject(update, { width, height, matrix, resources: {}, content: '/Tx BMC\nEMC\n' });
  const ref = update.allocate();
  update.set(
    ref,
    pdfDict({
      Type: pdfName('Annot'),
      Subtype: pdfName('Widget'),
      FT: pdfName('Tx'),
      T: textString(field.name),
      TU: textString(field.label ?? field.name),
      ...tagWidget(update, form, ref, page),
      Ff: READ_ONLY,
      F: PRINT,
      P: page.ref,
      Rect: pdfArray(rect),
      Q: QUADDING[field.align ?? 'left'],
      DA: pdfString(latin1(`${nameText(fontName)} ${numberText(field.size ?? 13)} Tf 0 g`)),
      MK: rotate === 0 ? undefined : pdfDict({ R: rotate }),
      AP: pdfDict({ N: empty }),
    }),
  );
  form.addField(ref);
  return ref;
}
