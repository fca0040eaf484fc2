import { isArray, isDict, isName, isRef } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { contentBoxes } from './content-boxes.ts';
import { formFields } from './fields.ts';
import type { Step } from './step.ts';
import type { Rect } from './rect.ts';

/** Where on the pages of the older revision things are; read lazily, once a step. */
export class PageLookup {
  readonly #revision: PdfRevision;
  readonly #newer: PdfRevision;
  readonly #contentBytes: number;
  #numbers: Map<number, number> | undefined;
  #listed: Map<number, number[]> | undefined;
  #signatures: { readonly page: number; readonly rect: Rect; readonly num: number }[] | undefined;
  readonly #boxes = new Map<number, readonly Rect[] | string>();
  readonly #writing = new Map<number, readonly Rect[] | string>();

  constructor(revision: PdfRevision, newer: PdfRevision, contentBytes: number) {
    this.#revision = revision;
    this.#newer = newer;
    this.#contentBytes = contentBytes;
  }

  /** 1-based pages that draw a widget: every page whose /Annots name it, else the one in /P. */
  pagesOf(num: number, widget: PdfDict): readonly number[] {
    const listed = (this.#listed ??= this.#readLists()).get(num);
    if (listed !== undefined) return listed;
    const numbers = (this.#numbers ??= new Map(this.#revision.pages().map((page) => [page.ref.num, page.index + 1])));
    const named = widget.entries.get('P');
    const page = isRef(named) ? numbers.get(named.num) : undefined;
    return page === undefined ? [] : [page];
  }

  #readLists(): Map<number, number[]> {
    const out = new Map<number, number[]>();
    for (const page of this.#newer.pages()) {
      const annots = this.#newer.resolve(page.dict.entries.get('Annots'));
      if (!isArray(annots)) continue;
      for (const item of annots.items) {
        if (!isRef(item)) continue;
        const pages = out.get(item.num);
        if (pages === undefined) out.set(item.num, [page.index + 1]);
        else if (pages.at(-1) !== page.index + 1) pages.push(page.index + 1);
      }
    }
    return out;
  }

  /** Area of a page of the older revision. */
  area(page: number): number {
    const [left, bottom, right, top] = this.#revision.page(page - 1).cropBox;
    return Math.max(1, (right - left) * (top - bottom));
  }

  /** Widgets of signature fields that were signed in the older revision. */
  signedWidgets(): readonly { readonly page: number; readonly rect: Rect; readonly num: number }[] {
    if (this.#signatures === undefined) {
      this.#signatures = [];
      for (const field of formFields(this.#revision)) {
        if (field.type !== 'Sig' || this.#revision.resolve(field.value) === null) continue;
        for (const widget of field.widgets) {
          const rect = rectOf(this.#revision, widget.dict.entries.get('Rect'));
          if (rect === undefined) continue;
          for (const page of this.pagesOf(widget.num, widget.dict)) this.#signatures.push({ page, rect, num: widget.num });
        }
      }
    }
    return this.#signatures;
  }

  /** Boxes of everything drawn on a page of the older revision, or why that cannot be told. */
  content(page: number): readonly Rect[] | string {
    let boxes = this.#boxes.get(page);
    if (boxes === undefined) {
      boxes = contentBoxes(this.#revision, this.#revision.page(page - 1), this.#contentBytes);
      this.#boxes.set(page, boxes);
    }
    return boxes;
  }

  /** Boxes of text and pictures alone: a check box stands on the lines that draw it. */
  writing(page: number): readonly Rect[] | string {
    let boxes = this.#writing.get(page);
    if (boxes === undefined) {
      boxes = contentBoxes(this.#revision, this.#revision.page(page - 1), this.#contentBytes, false);
      this.#writing.set(page, boxes);
    }
    return boxes;
  }

  /**
   * Boxes of the annotations of a page of the older revision that are no signature widgets and show something.
   *
   * @param except object number of the widget that is asked about: what it showed itself is asked elsewhere
   */
  annotations(page: number, except = 0): Rect[] {
    const revision = this.#revision;
    const annots = revision.resolve(revision.page(page - 1).dict.entries.get('Annots'));
    const signed = new Set(this.signedWidgets().map((one) => one.num));
    const out: Rect[] = [];
    if (!isArray(annots)) return out;
    for (const item of annots.items) {
      const dict = revision.resolve(item);
      if (!isDict(dict) || (isRef(item) && (signed.has(item.num) || item.num === except)) || !isVisible(revision, dict)) continue;
      if (isName(dict.entries.get('Subtype'), 'Link') || isName(dict.entries.get('Subtype'), 'Popup')) continue;
      // An empty field shows nothing yet.
      if (!dict.entries.has('AP')) continue;
      const rect = rectOf(revision, dict.entries.get('Rect'));
      if (rect !== undefined) out.push(rect);
    }
    return out;
  }
}

export function rectOf(revision: PdfRevision, value: PdfObject | undefined): Rect | undefined {
  const array = revision.resolve(value);
  if (!isArray(array) || array.items.length !== 4) return undefined;
  const n = array.items.map((item) => revision.resolve(item));
  if (!n.every((item) => typeof item === 'number')) return undefined;
  const [a, b, c, d] = n as [number, number, number, number];
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

export function isVisible(revision: PdfRevision, widget: PdfDict): boolean {
  const flags = revision.resolve(widget.entries.get('F'));
  if (typeof flags === 'number' && (flags & (2 | 32)) !== 0 && (flags & 4) === 0) return false;
  const rect = rectOf(revision, widget.entries.get('Rect'));
  return rect !== undefined && rect[2] > rect[0] && rect[3] > rect[1];
}

/** Could a viewer draw this widget, now or after its flags change? Characteristics without an appearance count too. */
export function draws(revision: PdfRevision, widget: PdfDict): boolean {
  const rect = rectOf(revision, widget.entries.get('Rect'));
  if (rect === undefined || rect[2] <= rect[0] || rect[3] <= rect[1]) return false;
  const mk = revision.resolve(widget.entries.get('MK'));
  return widget.entries.has('AP') || (isDict(mk) && [...mk.entries.keys()].some((key) => key !== 'R'));
}

export function overlaps(a: Rect, b: Rect, slack = 0): boolean {
  return a[0] < b[2] - slack && b[0] < a[2] - slack && a[1] < b[3] - slack && b[1] < a[3] - slack;
}

/**
 * What the widget of a later signature covers.
 *
 * Decree 30 wants the organisation's seal over a third of the leader's signature: covering an earlier signature's widget is
 * "seal placed". A widget that the signed revision did not have must cover nothing else (sneaky signature attack); a widget
 * that was prepared before signing was there to be seen by whoever signed.
 */
export function judgeWidget(
  step: Step,
  pages: PageLookup,
  num: number,
  widget: PdfDict,
  field: string,
  origin: 'existing' | 'new',
): void {
  if (!isVisible(step.b, widget) || !draws(step.b, widget)) return;
  const rect = rectOf(step.b, widget.entries.get('Rect')) as Rect;
  for (const page of pages.pagesOf(num, widget)) judgeOnPage(step, pages, { num, rect, page, field, origin });
}

/** A prepared field larger than this share of its page could be a curtain: it is looked at like a new one. */
const LARGEST_PREPARED = 0.1;

/** Decree 30 wants a third of the signature under the seal; whoever hides most of it wants something else. */
const MOST_COVERED = 0.6;

function shareCovered(under: Rect, over: Rect): number {
  const width = Math.min(under[2], over[2]) - Math.max(under[0], over[0]);
  const height = Math.min(under[3], over[3]) - Math.max(under[1], over[1]);
  return (width * height) / ((under[2] - under[0]) * (under[3] - under[1]));
}

function judgeOnPage(
  step: Step,
  pages: PageLookup,
  widget: {
    readonly num: number;
    readonly rect: Rect;
    readonly page: number;
    readonly field: string;
    readonly origin: 'existing' | 'new';
  },
): void {
  const { rect, page, field } = widget;
  const place = { object: `${widget.num} 0 R`, page, field };
  const doubt = (code: string, reason: string): void =>
    step.note('signature', 'signature-drawn', 'undecided', { ...place, code, reason });
  for (const one of pages.signedWidgets()) {
    if (one.page !== page || !overlaps(one.rect, rect)) continue;
    step.note('signature', 'seal-placed', 'allowed', place);
    if (shareCovered(one.rect, rect) > MOST_COVERED) {
      doubt('pdf.signature-covered', 'the picture of a later signature hides most of an earlier one');
    }
  }
  const share = ((rect[2] - rect[0]) * (rect[3] - rect[1])) / pages.area(page);
  if (widget.origin === 'existing' && share <= LARGEST_PREPARED) return;
  const content = pages.content(page);
  if (typeof content === 'string') doubt('pdf.widget-over-unknown', content);
  else if ([...content, ...pages.annotations(page, widget.num)].some((box) => overlaps(box, rect, 0.5))) {
    doubt('pdf.widget-over-content', 'the picture of a later signature covers content of the page');
  } else step.note('signature', 'signature-drawn', 'allowed', place);
}
