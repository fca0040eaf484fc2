import { FormatFault } from '../fault.ts';
import type { PdfBudget } from './budget.ts';
import type { PdfDict, PdfObject, PdfRef } from './objects.ts';
import { isArray, isDict, isName, isRef, pdfDict } from './objects.ts';

export type Box = readonly [left: number, bottom: number, right: number, top: number];

export interface PdfPage {
  readonly ref: PdfRef;
  readonly dict: PdfDict;
  /** 0-based. */
  readonly index: number;
  /** Normalised; US Letter when the file has none. */
  readonly mediaBox: Box;
  /** Intersected with the media box. */
  readonly cropBox: Box;
  /** Degrees clockwise. */
  readonly rotate: 0 | 90 | 180 | 270;
  /** Size of a unit in 1/72 inch. */
  readonly userUnit: number;
  readonly resources: PdfDict;
}

export interface PageTree {
  readonly catalog: PdfDict;
  readonly budget: PdfBudget;
  resolve(object: PdfObject | undefined): PdfObject;
  /** Where an object stands in the file, the catalog for `undefined`. */
  offsetOf(num: number | undefined): number | undefined;
}

/** What a page takes from the nodes above it (§7.7.3.4). */
interface Inherited {
  readonly Resources: PdfObject | undefined;
  readonly MediaBox: PdfObject | undefined;
  readonly CropBox: PdfObject | undefined;
  readonly Rotate: PdfObject | undefined;
}

const NOTHING: Inherited = { Resources: undefined, MediaBox: undefined, CropBox: undefined, Rotate: undefined };

/** The kids of one node, and how far they have been walked. */
interface Level {
  readonly kids: readonly (PdfObject | undefined)[];
  next: number;
  readonly above: Inherited;
  /** Of the object that lists them; undefined for the catalog. */
  readonly num: number | undefined;
}

function inherit({ entries }: PdfDict, above: Inherited): Inherited {
  return {
    Resources: entries.get('Resources') ?? above.Resources,
    MediaBox: entries.get('MediaBox') ?? above.MediaBox,
    CropBox: entries.get('CropBox') ?? above.CropBox,
    Rotate: entries.get('Rotate') ?? above.Rotate,
  };
}

/** @param num object in which the fault stands; undefined for the catalog */
function broken(tree: PageTree, num: number | undefined, message: string): FormatFault {
  return new FormatFault('pdf.page-tree', message, tree.offsetOf(num));
}

/**
 * Pages in order (ISO 32000-2 §7.7.3), lazily: taking the first page reads one branch of the tree.
 *
 * @throws {FormatFault} `pdf.page-tree` for loops, direct or missing kids; `pdf.budget`
 */
export function* walkPages(tree: PageTree): Generator<PdfPage> {
  const seen = new Set<number>();
  let index = 0;
  // The nodes being walked, root first; a stack instead of nested generators, which pass every page up all levels.
  const open: Level[] = [{ kids: [tree.catalog.entries.get('Pages')], next: 0, above: NOTHING, num: undefined }];
  for (let level = open.at(-1); level; level = open.at(-1)) {
    if (level.next === level.kids.length) {
      open.pop();
      continue;
    }
    const kid = level.kids[level.next++];
    if (!isRef(kid)) throw broken(tree, level.num, 'a node of the page tree is not a reference');
    if (seen.has(kid.num)) throw broken(tree, level.num, `the page tree comes back to object ${kid.num}`);
    seen.add(kid.num);
    if (seen.size > tree.budget.pageNodes || open.length - 1 > tree.budget.pageDepth) {
      throw new FormatFault('pdf.budget', 'the page tree is larger than budget.pageNodes or budget.pageDepth');
    }
    const node = tree.resolve(kid);
    if (!isDict(node)) throw broken(tree, level.num, `page tree node ${kid.num} is no dictionary`);
    const kids = tree.resolve(node.entries.get('Kids'));
    const leaf = kids === null;
    const type = tree.resolve(node.entries.get('Type'));
    if (leaf ? isName(type, 'Pages') : isName(type, 'Page') || !isArray(kids)) {
      throw broken(tree, kid.num, `page tree node ${kid.num} is neither a page nor a list of kids`);
    }
    const inherited = inherit(node, level.above);
    if (isArray(kids)) open.push({ kids: kids.items, next: 0, above: inherited, num: kid.num });
    else yield pageOf(tree, kid, node, inherited, index++);
  }
}

function pageOf(tree: PageTree, ref: PdfRef, dict: PdfDict, inherited: Inherited, index: number): PdfPage {
  const mediaBox = boxOf(tree, inherited.MediaBox) ?? [0, 0, 612, 792];
  const crop = boxOf(tree, inherited.CropBox) ?? mediaBox;
  const cropBox: Box = [
    Math.max(crop[0], mediaBox[0]),
    Math.max(crop[1], mediaBox[1]),
    Math.min(crop[2], mediaBox[2]),
    Math.min(crop[3], mediaBox[3]),
  ];
  const turn = tree.resolve(inherited.Rotate);
  const rotate = typeof turn === 'number' && turn % 90 === 0 ? ((((turn % 360) + 360) % 360) as 0 | 90 | 180 | 270) : 0;
  const unit = tree.resolve(dict.entries.get('UserUnit'));
  const resources = tree.resolve(inherited.Resources);
  return {
    ref,
    dict,
    index,
    mediaBox,
    cropBox: cropBox[0] < cropBox[2] && cropBox[1] < cropBox[3] ? cropBox : mediaBox,
    rotate,
    userUnit: typeof unit === 'number' && unit > 0 ? unit : 1,
    resources: isDict(resources) ? resources : pdfDict({}),
  };
}

/** `undefined` for anything but four numbers that span an area; corners come in any order (§7.9.5). */
export function boxOf(tree: Pick<PageTree, 'resolve'>, object: PdfObject | undefined): Box | undefined {
  const value = tree.resolve(object);
  if (!isArray(value) || value.items.length !== 4) return undefined;
  const n = value.items.map((item) => tree.resolve(item));
  if (!n.every((v) => typeof v === 'number')) return undefined;
  const [a, b, c, d] = n as [number, number, number, number];
  const box: Box = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
  return box[0] < box[2] && box[1] < box[3] ? box : undefined;
}
