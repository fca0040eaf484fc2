import type { PDFPageProxy } from './open.ts';

/** A piece of text with its box in points of the upright page, origin bottom-left. */
export interface TextPiece {
  readonly text: string;
  readonly x: number;
  readonly baseline: number;
  readonly width: number;
  readonly size: number;
}

/** Pieces on one baseline, left to right, with the place of each character. */
export interface TextLine {
  readonly text: string;
  readonly baseline: number;
  readonly size: number;
  /** Left edge of character `index`; one more entry for the right edge of the last. */
  readonly edges: readonly number[];
}

export interface PageText {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly TextLine[];
}

/** The text of a page as lines, in the coordinates of the protocol's `Rect`. */
export async function pageText(page: PDFPageProxy): Promise<PageText> {
  const viewport = page.getViewport({ scale: 1 });
  const content = await page.getTextContent();
  const pieces: TextPiece[] = [];
  for (const item of content.items) {
    if (!('str' in item) || item.str === '') continue;
    const [a, b, , , e, f] = item.transform as [number, number, number, number, number, number];
    const [x, y] = viewport.convertToViewportPoint(e, f) as [number, number];
    pieces.push({
      text: item.str,
      x,
      baseline: viewport.height - y,
      width: item.width,
      size: Math.hypot(a, b) || item.height || 10,
    });
  }
  return { width: viewport.width, height: viewport.height, lines: linesOf(pieces) };
}

/** Groups pieces whose baselines differ by less than a third of the size; wide gaps become one space. */
export function linesOf(pieces: readonly TextPiece[]): TextLine[] {
  const rows: TextPiece[][] = [];
  for (const piece of [...pieces].sort((a, b) => b.baseline - a.baseline || a.x - b.x)) {
    const row = rows.find((other) => Math.abs((other[0]?.baseline ?? 0) - piece.baseline) < piece.size / 3);
    if (row === undefined) rows.push([piece]);
    else row.push(piece);
  }
  return rows.map((row) => {
    row.sort((a, b) => a.x - b.x);
    let text = '';
    const edges: number[] = [];
    let end: number | undefined;
    for (const piece of row) {
      const gap = end === undefined ? 0 : piece.x - end;
      if (gap > piece.size * 0.15 && !text.endsWith(' ') && !piece.text.startsWith(' ')) {
        edges.push(end ?? piece.x);
        text += ' ';
      }
      for (let index = 0; index < piece.text.length; index += 1) {
        edges.push(piece.x + (piece.width * index) / piece.text.length);
        text += piece.text[index] ?? '';
      }
      end = piece.x + piece.width;
    }
    edges.push(end ?? 0);
    return { text, edges, baseline: row[0]?.baseline ?? 0, size: Math.max(...row.map((piece) => piece.size)) };
  });
}
