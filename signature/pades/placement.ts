import type { PdfPage } from '@antin/formats/pdf/pages';

/**
 * A rectangle as the reader sees the page: points of 1/72 inch on the displayed page, x to the right and y up from the
 * bottom-left corner of the visible (crop) box, after `/Rotate` and `/UserUnit`. On an unrotated page whose boxes begin at
 * 0,0 these are plain PDF coordinates.
 */
export type VisualRect = readonly [x: number, y: number, width: number, height: number];

export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

/** Width and height of the page as displayed, in points. */
export function displayedSize(page: PdfPage): { readonly width: number; readonly height: number } {
  const [left, bottom, right, top] = page.cropBox;
  const width = (right - left) * page.userUnit;
  const height = (top - bottom) * page.userUnit;
  return page.rotate % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** A box of `size` in a corner of the displayed page, `margin` points from both edges. */
export function placeAtCorner(
  page: PdfPage,
  corner: Corner,
  size: { readonly width: number; readonly height: number },
  margin = 28.35,
): VisualRect {
  const shown = displayedSize(page);
  const x = corner.endsWith('left') ? margin : shown.width - margin - size.width;
  const y = corner.startsWith('bottom') ? margin : shown.height - margin - size.height;
  return [x, y, size.width, size.height];
}

/**
 * Where the organisation's seal goes: to the left of the signature picture, covering a third of it, centred on its height
 * (Decree 30/2020, Appendix I).
 */
export function placeSeal(signature: VisualRect, seal: { readonly width: number; readonly height: number }): VisualRect {
  const [x, y, width, height] = signature;
  return [x + width / 3 - seal.width, y + (height - seal.height) / 2, seal.width, seal.height];
}

export interface PagePlacement {
  /** `/Rect` in default user space. */
  readonly rect: readonly [number, number, number, number];
  /** `/Matrix` of the appearance: turns the drawing upright for the reader (the viewer fits it into `/Rect`, §12.5.5). */
  readonly matrix: readonly [number, number, number, number, number, number];
  readonly rotate: 0 | 90 | 180 | 270;
}

/** From what the reader sees to user space. */
export function placeOnPage(page: PdfPage, [x, y, width, height]: VisualRect): PagePlacement {
  const a = toUserSpace(page, x, y);
  const b = toUserSpace(page, x + width, y + height);
  const rect = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])] as const;
  const matrix = {
    0: [1, 0, 0, 1, 0, 0],
    90: [0, 1, -1, 0, 0, 0],
    180: [-1, 0, 0, -1, 0, 0],
    270: [0, -1, 1, 0, 0, 0],
  } as const;
  return { rect, matrix: matrix[page.rotate], rotate: page.rotate };
}

function toUserSpace(page: PdfPage, x: number, y: number): [number, number] {
  const [left, bottom, right, top] = page.cropBox;
  const u = x / page.userUnit;
  const v = y / page.userUnit;
  switch (page.rotate) {
    case 0:
      return [left + u, bottom + v];
    case 90:
      return [right - v, bottom + u];
    case 180:
      return [right - u, top - v];
    case 270:
      return [left + v, top - u];
  }
}

/** From user space to what the reader sees; the inverse of the way `placeOnPage` goes. */
export function toDisplayed(page: PdfPage, x: number, y: number): [number, number] {
  const [left, bottom, right, top] = page.cropBox;
  const u = page.userUnit;
  switch (page.rotate) {
    case 0:
      return [(x - left) * u, (y - bottom) * u];
    case 90:
      return [(y - bottom) * u, (right - x) * u];
    case 180:
      return [(right - x) * u, (top - y) * u];
    case 270:
      return [(top - y) * u, (x - left) * u];
  }
}
