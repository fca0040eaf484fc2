import { FormatFault } from '@antin/formats/fault';
import { isArray, isDict, isName, isRef, isStream } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject, PdfStream } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { STANDARD_14, readFont } from './font-text.ts';
import type { FontReading } from './font-text.ts';
import { below, sameValue } from './semantic.ts';
import { Doubt, shownText } from './shown-text.ts';
import type { Step } from './step.ts';
import { normalText, textOf } from './text.ts';
import { rectOf } from './widgets.ts';
import type { Rect } from './rect.ts';

/** `certain`: it shows something else than its value. Otherwise nobody can tell. */
export interface NotRendering {
  readonly certain: boolean;
  readonly text: string;
}

const FORM_KEYS: ReadonlySet<string> = new Set(
  'Type Subtype FormType BBox Matrix Resources Length Filter DecodeParms'.split(' '),
);

/**
 * Why the new appearance of a text field is not simply its value drawn in a font that was signed; undefined when it is.
 *
 * This is what separates an honest form fill from "shadow replace": content prepared before signing so that a harmless
 * looking change of an appearance shows another text than the value says.
 */
export function whyNotRendering(step: Step, widget: PdfDict, value: string, old: PdfDict): NotRendering | undefined {
  try {
    return examine(step, widget, value, old);
  } catch (error) {
    if (error instanceof Doubt) return doubt(error.message);
    if (error instanceof FormatFault) return doubt(`the appearance cannot be read: ${error.message}`);
    throw error;
  }
}

const doubt = (text: string): NotRendering => ({ certain: false, text });

function examine(step: Step, widget: PdfDict, value: string, old: PdfDict): NotRendering | undefined {
  const { a, b } = step;
  const ap = b.resolve(widget.entries.get('AP'));
  if (ap === null) return normalText(value) === '' ? undefined : doubt('the value has no appearance');
  if (!isDict(ap)) return doubt('/AP is no dictionary');
  const oldAp = a.resolve(old.entries.get('AP'));
  for (const [key, state] of ap.entries) {
    if (key === 'N') continue;
    const same = isDict(oldAp) && sameValue(a, oldAp.entries.get(key), b, state) && !(isRef(state) && step.isChanged(state.num));
    if (!same) return { certain: true, text: `another appearance than the normal one was changed (/AP /${key})` };
  }
  const normal = b.resolve(ap.entries.get('N'));
  if (!isStream(normal)) return doubt('the normal appearance is no stream');
  for (const key of normal.dict.entries.keys()) if (!FORM_KEYS.has(key)) return doubt(`the appearance has /${key}`);
  const box = rectOf(b, normal.dict.entries.get('BBox'));
  const place = rectOf(b, widget.entries.get('Rect'));
  if (box === undefined || place === undefined || box[0] !== 0 || box[1] !== 0)
    return doubt('the appearance has no usable /BBox');
  if (!keepsSize(step, normal, oldAp, box, place, unitOf(b, widget)))
    return doubt('the appearance is turned, scaled or of another size than the field');
  const before = isDict(oldAp) ? a.resolve(oldAp.entries.get('N')) : null;
  if (isStream(before) && !showedValue(a, before, old)) return doubt('the field showed something else than its value before');
  const fonts = fontsOfField(step, old, before);
  const shown = shownText(b.decodeStream(normal, 1 << 20), box, (name) => signedFont(step, normal, name, fonts));
  const want = normalText(value);
  const got = normalText(shown);
  if (got === want) return undefined;
  if (got.replace(/\s/g, '') === want.replace(/\s/g, '')) return doubt('the appearance spaces the value differently');
  return { certain: true, text: `the field says "${want}", its appearance shows "${got}"` };
}

/** Something that was drawn without being the value would vanish under it (shadow hide). */
function showedValue(a: PdfRevision, before: PdfStream, old: PdfDict): boolean {
  const resources = a.resolve(before.dict.entries.get('Resources'));
  const fonts = isDict(resources) ? a.resolve(resources.entries.get('Font')) : null;
  const box = rectOf(a, before.dict.entries.get('BBox'));
  if (box === undefined) return false;
  const shown = shownText(a.decodeStream(before, 1 << 20), box, (name) => {
    const font = isDict(fonts) ? a.resolve(fonts.entries.get(name)) : null;
    const reading = isDict(font) ? readFont(a, font) : undefined;
    if (reading === undefined) throw new Doubt('what the field showed before cannot be read');
    return reading;
  });
  return normalText(shown) === '' || normalText(shown) === normalText(textOf(valueOf(a, old)) ?? '');
}

/** /V of a field or, for a widget of its own, of the field above it. */
function valueOf(revision: PdfRevision, widget: PdfDict): PdfObject {
  let dict: PdfObject = widget;
  for (let depth = 0; depth < 64 && isDict(dict); depth++) {
    const own = dict.entries.get('V');
    if (own !== undefined) return revision.resolve(own);
    dict = revision.resolve(dict.entries.get('Parent'));
  }
  return null;
}

/**
 * The appearance is laid into /Rect as large as it is (ISO 32000-2 §12.5.5): box and matrix are those of the signed
 * appearance, or the box has the size of the field and is not turned.
 */
function keepsSize(step: Step, normal: PdfStream, oldAp: PdfObject, box: Rect, place: Rect, unit: number): boolean {
  const { a, b } = step;
  const before = isDict(oldAp) ? a.resolve(oldAp.entries.get('N')) : null;
  const matrix = normal.dict.entries.get('Matrix');
  const array = b.resolve(matrix);
  const values = array === null ? [1, 0, 0, 1, 0, 0] : isArray(array) ? numbers(b, array.items) : [];
  const turned = values.length === 6 && QUARTERS.has(values.slice(0, 4).join());
  const signed =
    isStream(before) &&
    sameValue(a, before.dict.entries.get('Matrix'), b, matrix) &&
    sameValue(a, before.dict.entries.get('BBox'), b, normal.dict.entries.get('BBox'));
  if (!turned || (!signed && values.join() !== '1,0,0,1,0,0')) return false;
  const swapped = values[0] === 0;
  const width = swapped ? place[3] - place[1] : place[2] - place[0];
  const height = swapped ? place[2] - place[0] : place[3] - place[1];
  const near = (x: number, y: number): boolean => Math.abs(x - y) <= 0.02 * y + 0.5;
  return near(box[2], width * unit) && near(box[3], height * unit);
}

/** An appearance may be drawn in points where the page counts in larger units. */
function unitOf(revision: PdfRevision, widget: PdfDict): number {
  const page = revision.resolve(widget.entries.get('P'));
  const unit = isDict(page) ? revision.resolve(page.entries.get('UserUnit')) : null;
  return typeof unit === 'number' && unit > 0 ? unit : 1;
}

/** Upright or turned by quarters, neither mirrored nor scaled. */
const QUARTERS: ReadonlySet<string> = new Set(['1,0,0,1', '0,1,-1,0', '-1,0,0,-1', '0,-1,1,0']);

/**
 * A font the field itself was signed with: the one its default appearance names or its signed appearance uses, itself and all
 * that hangs on it untouched since the first signature; or one of the standard 14. Any other font of the file may have been
 * made by whoever drafted it so that its glyphs are not what its tables say.
 */
function signedFont(step: Step, stream: PdfStream, name: string, own: ReadonlySet<number>): FontReading {
  const { b, base } = step;
  const resources = b.resolve(stream.dict.entries.get('Resources'));
  const fonts = isDict(resources) ? b.resolve(resources.entries.get('Font')) : null;
  const ref = isDict(fonts) ? fonts.entries.get(name) : undefined;
  const dict = b.resolve(ref);
  if (!isDict(dict)) throw new Doubt(`the appearance names a font that is not there (/${name})`);
  // Not "there in the revision before": an update of its own could have brought the font just for this.
  const known =
    isRef(ref) && own.has(ref.num) && isDict(base.resolve(ref)) && [...below(b, ref)].every((num) => sameEntry(base, b, num));
  if (!known && !isStandard(b, dict))
    throw new Doubt('the appearance uses a font that was not the field’s when the document was signed');
  const reading = readFont(b, dict);
  if (reading === undefined) throw new Doubt('the font does not say which characters it shows');
  return reading;
}

/** Object numbers of the fonts a field had when the document was first signed. */
function fontsOfField(step: Step, old: PdfDict, before: PdfObject): ReadonlySet<number> {
  const { a, base } = step;
  const out = new Set<number>();
  const take = (font: PdfObject | undefined): void => {
    if (isRef(font)) out.add(font.num);
  };
  const used = isStream(before) ? a.resolve(before.dict.entries.get('Resources')) : null;
  const listed = isDict(used) ? a.resolve(used.entries.get('Font')) : null;
  if (isDict(listed)) for (const font of listed.entries.values()) take(font);
  const form = base.resolve(base.catalog.entries.get('AcroForm'));
  if (!isDict(form)) return out;
  const defaults = base.resolve(form.entries.get('DR'));
  const named = isDict(defaults) ? base.resolve(defaults.entries.get('Font')) : null;
  const chosen = /\/(\S+)\s+[\d.]+\s+Tf/.exec(textOf(defaultAppearance(a, old, form)) ?? '')?.[1];
  if (isDict(named) && chosen !== undefined) take(named.entries.get(chosen));
  return out;
}

/** /DA of a widget, inherited from its field and at last from the form (ISO 32000-2 §12.7.4.3). */
function defaultAppearance(revision: PdfRevision, widget: PdfDict, form: PdfDict): PdfObject {
  let dict: PdfObject = widget;
  for (let depth = 0; depth < 64 && isDict(dict); depth++) {
    const own = dict.entries.get('DA');
    if (own !== undefined) return revision.resolve(own);
    dict = revision.resolve(dict.entries.get('Parent'));
  }
  return revision.resolve(form.entries.get('DA'));
}

function sameEntry(base: PdfRevision, b: PdfRevision, num: number): boolean {
  const x = base.entry(num);
  const y = b.entry(num);
  return x !== undefined && y !== undefined && JSON.stringify(x) === JSON.stringify(y);
}

const STANDARD_KEYS: ReadonlySet<string> = new Set(['Type', 'Subtype', 'BaseFont', 'Encoding', 'Name']);

function isStandard(b: PdfRevision, font: PdfDict): boolean {
  const base = b.resolve(font.entries.get('BaseFont'));
  const encoding = b.resolve(font.entries.get('Encoding'));
  return (
    isName(b.resolve(font.entries.get('Subtype')), 'Type1') &&
    isName(base) &&
    STANDARD_14.has(base.value) &&
    (encoding === null || isName(encoding)) &&
    [...font.entries.keys()].every((key) => STANDARD_KEYS.has(key))
  );
}

function numbers(revision: PdfRevision, operands: readonly PdfObject[]): number[] {
  return operands.map((one) => revision.resolve(one)).filter((one) => typeof one === 'number');
}
