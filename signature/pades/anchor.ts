import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { SignatureFault } from '../fault.ts';
import type { PlacedAppearance, SignatureAppearance } from './appearance.ts';
import type { FoundText } from './find-text.ts';
import { findText, textLines } from './find-text.ts';
import type { VisualRect } from './placement.ts';
import { displayedSize } from './placement.ts';

/** A place told by words of the page: above the signer's name, where Decree 30/2020 wants the picture of the signature. */
export interface TextAnchor {
  /** Whole words on one line, e.g. the signer's name. */
  readonly text: string;
  /** Which one where it stands several times; a number counts from 1 in reading order. Without it several are refused. */
  readonly occurrence?: 'first' | 'last' | number;
  /** 1-based; all pages without it. */
  readonly page?: number;
  /** Largest size in points; made smaller, in proportion, where the words above leave less room. */
  readonly size: { readonly width: number; readonly height: number };
  /** Points to the right and up from where it would stand. */
  readonly offset?: readonly [right: number, up: number];
}

export interface AnchoredAppearance extends SignatureAppearance {
  readonly anchor: TextAnchor;
}

/** Points between the picture and the words above and below: nothing written is covered. */
const CLEARANCE = 1;
/** Farther up than this the words are not the title that belongs to the name. */
const FARTHEST_TITLE = 160;
/** A gap smaller than this part of the wanted height is no place for a signature: it is drawn at full size above the name. */
const SMALLEST_SHARE = 0.35;

/**
 * The rectangle of a picture anchored by text: centred over the words found, between them and the words above.
 *
 * @throws {SignatureFault} `pades.anchor-not-found`, `pades.anchor-ambiguous`
 * @throws {FormatFault} `pdf.no-page`, and `pdf.*` where a page cannot be read
 */
export function placeAtAnchor(revision: PdfRevision, anchor: TextAnchor): { readonly page: number; readonly rect: VisualRect } {
  const pages = anchor.page === undefined ? revision.pages() : [revision.page(anchor.page - 1)];
  const chosen = choose(search(revision, pages, anchor), anchor);
  const page = pages.find((one) => one.index === chosen.page - 1) as PdfPage;
  return { page: chosen.page, rect: aboveText(page, chosen.rect, textLines(revision, page), anchor) };
}

/** In reading order; no further than the question needs, as a letter's last page is enough for the last name. */
function search(revision: PdfRevision, pages: readonly PdfPage[], { text, occurrence }: TextAnchor): readonly FoundText[] {
  const enough = typeof occurrence === 'number' ? occurrence : occurrence === undefined ? Number.POSITIVE_INFINITY : 1;
  const out: FoundText[] = [];
  for (const page of occurrence === 'last' ? [...pages].reverse() : pages) {
    out.push(...findText(revision, page, text));
    if (out.length >= enough) break;
  }
  return out;
}

function choose(found: readonly FoundText[], { text, occurrence, page }: TextAnchor): FoundText {
  const where = page === undefined ? 'in the file' : `on page ${page}`;
  if (found.length > 1 && occurrence === undefined) {
    const pages = [...new Set(found.map((one) => one.page))].join(', ');
    const message = `"${text}" stands ${found.length} times ${where} (page ${pages}); say which occurrence is meant`;
    throw new SignatureFault('pades.anchor-ambiguous', message);
  }
  const one = occurrence === 'last' ? found.at(-1) : found[typeof occurrence === 'number' ? occurrence - 1 : 0];
  if (one) return one;
  const message =
    found.length === 0 ? `"${text}" is not written ${where}` : `"${text}" stands only ${found.length} times ${where}`;
  throw new SignatureFault('pades.anchor-not-found', message);
}

function aboveText(page: PdfPage, name: VisualRect, lines: readonly VisualRect[], anchor: TextAnchor): VisualRect {
  const [x, y, width, height] = name;
  const shown = displayedSize(page);
  const top = y + height;
  const middle = x + width / 2;
  const wanted = anchor.size;
  const over = lines.filter(
    ([left, bottom, w]) => bottom >= top - 1 && left < middle + wanted.width / 2 && left + w > middle - wanted.width / 2,
  );
  const title = Math.min(...over.map(([, bottom]) => bottom), Number.POSITIVE_INFINITY);
  const near = title - top <= FARTHEST_TITLE;
  const room = near ? title - top - 2 * CLEARANCE : Number.POSITIVE_INFINITY;
  const share = Math.min(1, room / wanted.height);
  const scale = share >= SMALLEST_SHARE ? share : 1;
  const [w, h] = [wanted.width * scale, wanted.height * scale];
  const up = near && scale * wanted.height <= room ? (room - h) / 2 : 0;
  const [right, higher] = anchor.offset ?? [0, 0];
  const left = Math.max(0, Math.min(middle - w / 2, shown.width - w));
  return [left + right, top + CLEARANCE + up + higher, w, h];
}

/** An appearance with its place found; one that has a place already stays as it is. @throws as `placeAtAnchor` */
export function placedAppearance(revision: PdfRevision, appearance: PlacedAppearance | AnchoredAppearance): PlacedAppearance {
  if (!('anchor' in appearance)) return appearance;
  const { anchor, ...drawn } = appearance;
  return { ...drawn, ...placeAtAnchor(revision, anchor) };
}
