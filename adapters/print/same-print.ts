import { equalBytes } from '@antin/formats/bytes/bytes';
import { memorySource, type ByteSource, type Inflate } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { openPdf, type PdfFile } from '@antin/formats/pdf/file';
import { isArray, isDict, isName, isRef, isStream, isString, type PdfDict, type PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';

/** `page`: the first that shows something else, counted from 1; absent where the difference is not on a page. */
export type PrintComparison = { readonly same: true } | { readonly same: false; readonly page?: number };

/** How a stream is packed may differ between machines; what comes out of it may not. */
const PACKING: ReadonlySet<string> = new Set(['Length', 'Filter', 'DecodeParms']);
/** Follows from the octets. */
const IDENTITY: ReadonlySet<string> = new Set(['ID']);
const MOST_STREAM = 64 << 20;

/**
 * Whether a PDF shows what a print of ours shows: not its words alone, which a font may draw as others, but every object that leads
 * to a drawn page (contents, fonts, boxes) and nothing beside them, so neither annotation, script, attachment nor later revision.
 *
 * @param print made here a moment ago
 * @param found what came
 */
export function comparePrints(print: Uint8Array, found: ByteSource, inflate: Inflate): PrintComparison {
  if (found.size === print.length && equalBytes(found.read(0, found.size), print)) return { same: true };
  try {
    const ours = openPdf(memorySource(print), { inflate, mode: 'strict' });
    const theirs = openPdf(found, { inflate, mode: 'strict' });
    const [a, b] = [ours.last, theirs.last];
    if (!single(theirs)) return { same: false };
    const alike = alikeIn(a, b);
    // Pages first, so that a person can be told where to look.
    const [pages, others] = [a.pages(), b.pages()];
    for (let i = 0; i < Math.max(pages.length, others.length); i += 1) {
      const drawn = [pages[i], others[i]].map((one) => one?.dict.entries.get('Contents'));
      if (drawn.includes(undefined) || !alike(drawn[0]!, drawn[1]!)) return { same: false, page: i + 1 };
    }
    return { same: b.own.size === a.own.size && alike(without(a.trailer, IDENTITY), without(b.trailer, IDENTITY)) };
  } catch (fault) {
    if (fault instanceof FormatFault) return { same: false };
    throw fault;
  }
}

const single = (file: PdfFile): boolean => file.revisions.length === 1 && file.encryption === undefined;

/** Holds objects of two files against each other, each pair once: whoever is told "no" asks no more. */
function alikeIn(a: PdfRevision, b: PdfRevision): (one: PdfObject, other: PdfObject) => boolean {
  const met = new Map<number, number>();
  return (one, other) => alike(a, b, met, [[one, other]]);
}

function alike(a: PdfRevision, b: PdfRevision, met: Map<number, number>, left: [PdfObject, PdfObject][]): boolean {
  for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
    let [x, y] = pair;
    if (isRef(x) || isRef(y)) {
      if (!isRef(x) || !isRef(y)) return false;
      const known = met.get(x.num);
      if (known !== undefined) {
        if (known !== y.num) return false;
        continue;
      }
      met.set(x.num, y.num);
      [x, y] = [a.resolve(x), b.resolve(y)];
    }
    if (isStream(x) && isStream(y)) {
      if (!equalBytes(a.decodeStream(x, MOST_STREAM), b.decodeStream(y, MOST_STREAM))) return false;
      left.push([without(x.dict, PACKING), without(y.dict, PACKING)]);
    } else if (isDict(x) && isDict(y)) {
      if (x.entries.size !== y.entries.size) return false;
      for (const [key, value] of x.entries) {
        const beside = y.entries.get(key);
        if (beside === undefined) return false;
        left.push([value, beside]);
      }
    } else if (isArray(x) && isArray(y)) {
      if (x.items.length !== y.items.length) return false;
      for (const [i, item] of x.items.entries()) left.push([item, y.items[i]!]);
    } else if (isName(x) && isName(y)) {
      if (x.value !== y.value) return false;
    } else if (isString(x) && isString(y)) {
      if (!equalBytes(x.bytes, y.bytes)) return false;
    } else if (x !== y) return false;
  }
  return true;
}

function without({ entries }: PdfDict, keys: ReadonlySet<string>): PdfDict {
  return { kind: 'dict', entries: new Map([...entries].filter(([key]) => !keys.has(key))) };
}
