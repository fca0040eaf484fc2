import type { PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import { isArray, isDict, isInteger, isName, isRef, pdfArray, pdfDict, pdfName, withEntries } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import type { FormEditor } from './acro-form.ts';
import { through } from './acro-form.ts';

/** Keys of a number tree are small in honest files; a hostile one must not run out of whole numbers. */
const LARGEST_KEY = 0x7fff_ffff;

/**
 * Gives a new widget its place in the logical structure of a tagged file (ISO 32000-2 §14.7.5.3): a `Form` element behind
 * everything else, found back by `/StructParent`, and structure order for the page's tab key (PDF/UA-1 7.18.3, 7.18.4).
 *
 * Only while nobody has signed: to whoever signed, another structure tree is another document, and no judge could tell an
 * added element from an altered one. Files without structure stay without.
 *
 * @returns the entries for the widget; empty when the file has no structure to join
 */
export function tagWidget(update: PdfUpdate, form: FormEditor, widget: PdfRef, page: PdfPage): Record<string, PdfObject> {
  const get = through(update);
  const rootRef = update.file.last.catalog.entries.get('StructTreeRoot');
  const root = get(rootRef);
  if (!isRef(rootRef) || !isDict(root)) return {};
  if (form.fields.some((field) => field.type === 'Sig' && field.value !== null)) return {};
  const tree = get(root.entries.get('ParentTree'));
  const key = isDict(tree) ? freeKey(root, tree, get) : undefined;
  if (!isDict(tree) || key === undefined) return {};

  const above = documentElement(root, get) ?? rootRef;
  const element = update.add(
    pdfDict({
      Type: pdfName('StructElem'),
      S: pdfName('Form'),
      P: above,
      Pg: page.ref,
      K: pdfDict({ Type: pdfName('OBJR'), Obj: widget, Pg: page.ref }),
    }),
  );
  appendKid(update, above, element);
  addToTree(update, rootRef, tree, key, element);
  tabInStructureOrder(update, page);
  return { StructParent: key };
}

type Get = (object: PdfObject | undefined) => PdfObject;

/** Above every key in use, whatever `/ParentTreeNextKey` says. */
function freeKey(root: PdfDict, tree: PdfDict, get: Get): number | undefined {
  const promised = get(root.entries.get('ParentTreeNextKey'));
  const highest = highestKey(tree, get, 0);
  const key = Math.max(isInteger(promised) ? promised : 0, highest + 1);
  return key > LARGEST_KEY ? undefined : key;
}

function highestKey(node: PdfDict, get: Get, depth: number): number {
  const limits = get(node.entries.get('Limits'));
  const upper = isArray(limits) ? get(limits.items[1]) : null;
  const nums = get(node.entries.get('Nums'));
  const last = isArray(nums) && nums.items.length >= 2 ? get(nums.items[nums.items.length - 2]) : null;
  const kids = get(node.entries.get('Kids'));
  const kid = isArray(kids) ? get(kids.items.at(-1)) : null;
  const below = isDict(kid) && depth < 16 ? highestKey(kid, get, depth + 1) : -1;
  return Math.max(isInteger(upper) ? upper : -1, isInteger(last) ? last : -1, below);
}

/** The `Document` under the root where there is one; PDF/UA wants everything inside it. */
function documentElement(root: PdfDict, get: Get): PdfRef | undefined {
  const kids = get(root.entries.get('K'));
  const [first] = isArray(kids) ? kids.items : [root.entries.get('K')];
  const element = get(first);
  return isRef(first) && isDict(element) && isName(get(element.entries.get('S')), 'Document') ? first : undefined;
}

function appendKid(update: PdfUpdate, above: PdfRef, element: PdfRef): void {
  const dict = update.get(above) as PdfDict;
  const entry = dict.entries.get('K');
  const old = through(update)(entry);
  const kids = pdfArray([...(isArray(old) ? old.items : entry === undefined || old === null ? [] : [entry]), element]);
  if (isRef(entry) && isArray(old)) update.set(entry, kids);
  else update.set(above, withEntries(dict, { K: kids }));
}

/** At the end of a flat tree; as a leaf of its own beside the other leaves of a deep one (§7.9.7). */
function addToTree(update: PdfUpdate, rootRef: PdfRef, tree: PdfDict, key: number, element: PdfRef): void {
  const get = through(update);
  const kids = get(tree.entries.get('Kids'));
  const nums = get(tree.entries.get('Nums'));
  const leaf = { Limits: pdfArray([key, key]), Nums: pdfArray([key, element]) };
  const grown = isArray(kids)
    ? withEntries(tree, { Kids: pdfArray([...kids.items, update.add(pdfDict(leaf))]) })
    : withEntries(tree, { Nums: pdfArray([...(isArray(nums) ? nums.items : []), key, element]) });
  // Read again: the new element may already stand in it.
  const root = update.get(rootRef) as PdfDict;
  const entry = root.entries.get('ParentTree');
  if (isRef(entry)) update.set(entry, grown);
  update.set(rootRef, withEntries(root, { ParentTreeNextKey: key + 1, ...(isRef(entry) ? {} : { ParentTree: grown }) }));
}

function tabInStructureOrder(update: PdfUpdate, page: PdfPage): void {
  const dict = update.get(page.ref);
  if (isDict(dict) && !dict.entries.has('Tabs')) update.set(page.ref, withEntries(dict, { Tabs: pdfName('S') }));
}
