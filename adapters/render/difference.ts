/** `[left, top, right, bottom]` in pixels, right and bottom not included. */
export type PixelBox = readonly [left: number, top: number, right: number, bottom: number];

export interface PixelDifference {
  readonly boxes: readonly PixelBox[];
  /** Number of pixels that differ. */
  readonly pixels: number;
}

/** Steps of 255 in one colour: less is the softening of edges, which the eye does not see. */
const SEEN = 24;
/** Pixels of a cell: changes in neighbouring cells are one change, so that a line of text is one box. */
const CELL = 8;
/** More boxes than these help nobody; then one stands around all. */
const MOST_BOXES = 100;

/** Where two pictures of the same size differ to the eye. Both are four bytes a pixel. */
export function difference(before: Uint8Array, after: Uint8Array, width: number, height: number): PixelDifference {
  const columns = Math.ceil(width / CELL);
  const cells = new Map<number, PixelBox>();
  let pixels = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width * 4;
    if (Buffer.compare(before.subarray(row, row + width * 4), after.subarray(row, row + width * 4)) === 0) continue;
    for (let x = 0; x < width; x++) {
      if (!differs(before, after, (y * width + x) * 4)) continue;
      pixels++;
      const cell = Math.floor(y / CELL) * columns + Math.floor(x / CELL);
      cells.set(cell, around(cells.get(cell), [x, y, x + 1, y + 1]));
    }
  }
  const boxes = joined(cells, columns);
  const whole = boxes.length > MOST_BOXES ? [boxes.reduce(around)] : boxes;
  return { boxes: whole, pixels };
}

function differs(a: Uint8Array, b: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 3; i++) if (Math.abs((a[i] as number) - (b[i] as number)) > SEEN) return true;
  return false;
}

/** Boxes of the cells that touch, corner to corner included. */
function joined(cells: ReadonlyMap<number, PixelBox>, columns: number): PixelBox[] {
  const out: PixelBox[] = [];
  const seen = new Set<number>();
  for (const start of cells.keys()) {
    if (seen.has(start)) continue;
    seen.add(start);
    let box: PixelBox | undefined;
    const stack = [start];
    while (stack.length > 0) {
      const cell = stack.pop() as number;
      box = around(box, cells.get(cell) as PixelBox);
      for (const next of neighbours(cell, columns)) {
        if (!cells.has(next) || seen.has(next)) continue;
        seen.add(next);
        stack.push(next);
      }
    }
    out.push(box as PixelBox);
  }
  return out;
}

function neighbours(cell: number, columns: number): number[] {
  const column = cell % columns;
  const out: number[] = [];
  for (const dx of [-1, 0, 1]) {
    if (column + dx < 0 || column + dx >= columns) continue;
    for (const dy of [-columns, 0, columns]) if (dx !== 0 || dy !== 0) out.push(cell + dx + dy);
  }
  return out;
}

function around(a: PixelBox | undefined, b: PixelBox): PixelBox {
  if (a === undefined) return b;
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
