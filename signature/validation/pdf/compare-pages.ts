import { isArray, isDict, isName, isRef } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { FormOutcome } from './compare-form.ts';
import { changedKeys, sameValue } from './semantic.ts';
import type { Step } from './step.ts';
import { isVisible, overlaps, rectOf } from './widgets.ts';
import type { PageLookup } from './widgets.ts';

/** Pages must be the same objects in the same order; only their lists of annotations may grow. */
export function comparePages(step: Step, lookup: PageLookup, form: FormOutcome): void {
  const { a, b } = step;
  const before = a.pages();
  const after = b.pages();
  const nums = (pages: typeof before): string => pages.map((page) => page.ref.num).join();
  if (nums(before) !== nums(after)) {
    const what = after.length > before.length ? 'page-added' : after.length < before.length ? 'page-removed' : 'pages-replaced';
    step.forbid('page', what, { code: 'pdf.pages-changed', reason: `${before.length} → ${after.length}` });
    return;
  }
  before.forEach((page, i) => {
    const now = after[i] as typeof page;
    const annots = now.dict.entries.get('Annots');
    const touched = step.isChanged(now.ref.num) || (isRef(annots) && step.isChanged(annots.num));
    if (!touched) return;
    const object = `${now.ref.num} 0 R`;
    const keys = changedKeys(a, page.dict, b, now.dict).filter((key) => key !== 'Annots');
    if (keys.length > 0) {
      const reason = keys.map((key) => `/${key}`).join(' ');
      step.forbid('page', 'page-changed', { object, page: i + 1, reason, code: 'pdf.pages-changed' });
    } else step.account(now.ref.num);
    compareAnnotations(step, lookup, form, page.dict, now.dict, now.ref.num, i + 1);
  });
}

function compareAnnotations(
  step: Step,
  lookup: PageLookup,
  form: FormOutcome,
  x: PdfDict,
  y: PdfDict,
  pageNum: number,
  page: number,
): void {
  const { a, b } = step;
  const listOf = (value: PdfObject): readonly PdfObject[] => (isArray(value) ? value.items : []);
  const before = listOf(a.resolve(x.entries.get('Annots')));
  const ref = y.entries.get('Annots');
  const after = listOf(b.resolve(ref));
  if (isRef(ref)) step.accountSole(ref.num, pageNum, x.entries.get('Annots'));
  let at = 0;
  for (const item of after) {
    const old = before[at];
    const same =
      old !== undefined && (isRef(item) && isRef(old) ? item.num === old.num : !isRef(item) && sameValue(a, old, b, item));
    if (same) {
      at++;
      continue;
    }
    const num = isRef(item) ? item.num : 0;
    // Drawn a second time or moved in the drawing order: what lies on top changes.
    if (isRef(item) && form.newWidgets.has(num)) continue;
    compareNewAnnotation(step, lookup, item, page);
  }
  if (at < before.length) {
    const missing = before[at];
    const object = isRef(missing) ? `${missing.num} 0 R` : `${pageNum} 0 R`;
    step.forbid('annotation', 'annotation-removed', { object, page, reason: 'removed or moved in the drawing order' });
  }
}

const MARKUP: ReadonlySet<string> = new Set(
  'Text FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Caret Stamp Ink Popup'.split(' '),
);

/** Drawn inside their /Rect even without an appearance. */
const WITHIN_RECT: ReadonlySet<string> = new Set(['Text', 'FreeText', 'Square', 'Circle', 'Stamp', 'Popup']);

/** An annotation somebody added: listed, and passed only if it covers nothing that was signed. */
function compareNewAnnotation(step: Step, lookup: PageLookup, item: PdfObject, page: number): void {
  const { b } = step;
  const num = isRef(item) ? item.num : 0;
  const object = `${num} 0 R`;
  const dict = b.resolve(item);
  const subtype = isDict(dict) ? b.resolve(dict.entries.get('Subtype')) : null;
  if (!isDict(dict) || step.changed.get(num) !== 'added' || !isName(subtype) || !MARKUP.has(subtype.value)) {
    step.forbid('annotation', 'annotation-added', {
      object,
      page,
      reason: isName(subtype) ? subtype.value : 'not a new annotation',
    });
    return;
  }
  if (dict.entries.has('A') || dict.entries.has('AA')) {
    step.forbid('annotation', 'annotation-added', { object, page, reason: 'it carries an action' });
    return;
  }
  step.accountBelow(item, num);
  const rect = rectOf(b, dict.entries.get('Rect'));
  if (rect === undefined || !isVisible(b, dict) || (!dict.entries.has('AP') && !WITHIN_RECT.has(subtype.value))) {
    // A viewer may draw it by other entries than its place: the ends of a line, the points of a polygon.
    const note = {
      object,
      page,
      code: 'pdf.annotation-over-content',
      reason: `${subtype.value}: where it is drawn cannot be told`,
    };
    step.note('annotation', 'annotation-added', 'undecided', note);
    return;
  }
  const content = lookup.content(page);
  const covers =
    typeof content === 'string'
      ? content
      : [
            ...content,
            ...lookup.annotations(page),
            ...lookup
              .signedWidgets()
              .filter((one) => one.page === page)
              .map((one) => one.rect),
          ].some((box) => overlaps(box, rect, 0.5))
        ? 'it covers content of the page'
        : undefined;
  // Beside the content it says something nobody signed: passed only where the certification allows annotations.
  if (covers === undefined) {
    step.note('annotation', 'annotation-added', 'undecided', {
      object,
      page,
      code: 'pdf.annotation-added',
      reason: subtype.value,
    });
  } else
    step.note('annotation', 'annotation-added', 'undecided', {
      object,
      page,
      code: 'pdf.annotation-over-content',
      reason: covers,
    });
}
