import type { PixelBox } from './difference.ts';

const RED = [200, 0, 0] as const;
const FRAME = 2;
const MARGIN = 3;

/** The picture with everything faded but the boxes, which are framed in red. */
export function marked(pixels: Uint8Array, width: number, height: number, boxes: readonly PixelBox[]): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) out[i] = 255 - ((255 - (pixels[i] as number)) >> 1);
  const wide = boxes.map(([l, t, r, b]): PixelBox => {
    const left = Math.max(0, l - MARGIN - FRAME);
    const top = Math.max(0, t - MARGIN - FRAME);
    return [left, top, Math.min(width, r + MARGIN + FRAME), Math.min(height, b + MARGIN + FRAME)];
  });
  for (const [left, top, right, bottom] of wide) {
    for (let y = top; y < bottom; y++) {
      const row = (y * width + left) * 4;
      out.set(pixels.subarray(row, row + (right - left) * 4), row);
    }
  }
  for (const [left, top, right, bottom] of wide) {
    for (let y = top; y < bottom; y++) {
      const edge = y < top + FRAME || y >= bottom - FRAME;
      for (let x = left; x < right; x++) {
        if (edge || x < left + FRAME || x >= right - FRAME) out.set(RED, (y * width + x) * 4);
      }
    }
  }
  return out;
}
