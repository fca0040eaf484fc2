import type { PlaceOnPage } from '@antin/protocol/office/documents';
import type { VisualRect } from '@antin/signature/pades/placement';

/** A state seal is 36 mm wide (real size, Decree 30/2020 Appendix I). */
export const SEAL_POINTS = (36 / 25.4) * 72;

/**
 * Where the seal goes: real size, to the left, covering one third of the person's signature, heights centred on each other
 * (Decree 30/2020 Appendix I). Moved as little as needed when it would leave the page.
 */
export function sealRect(signature: PlaceOnPage['rect'], page: { readonly width: number; readonly height: number }): VisualRect {
  const [x, y, width, height] = signature;
  const side = Math.min(SEAL_POINTS, page.width, page.height);
  const left = x + width / 3 - side;
  const bottom = y + height / 2 - side / 2;
  return [clamp(left, 0, page.width - side), clamp(bottom, 0, page.height - side), side, side];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
