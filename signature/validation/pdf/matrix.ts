import type { Rect } from './rect.ts';

/** `[a b c d e f]` of ISO 32000-2 §8.3.3: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = readonly [number, number, number, number, number, number];

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `m`, then `n`. */
export function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[1] * n[2],
    m[0] * n[1] + m[1] * n[3],
    m[2] * n[0] + m[3] * n[2],
    m[2] * n[1] + m[3] * n[3],
    m[4] * n[0] + m[5] * n[2] + n[4],
    m[4] * n[1] + m[5] * n[3] + n[5],
  ];
}

export function apply(m: Matrix, x: number, y: number): [number, number] {
  return [m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]];
}

/** The upright box around a rectangle once `m` has moved, turned or stretched it. */
export function boxOf(m: Matrix, rect: Rect): Rect {
  const corners = [
    apply(m, rect[0], rect[1]),
    apply(m, rect[2], rect[1]),
    apply(m, rect[0], rect[3]),
    apply(m, rect[2], rect[3]),
  ];
  const xs = corners.map((one) => one[0]);
  const ys = corners.map((one) => one[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
