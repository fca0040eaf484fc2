/**
 * A very small anti-aliased painter for the demo's seals and signatures: filled paths (non-zero winding, 4×4 samples)
 * and round strokes, into one alpha plane. Deterministic: the same input gives the same PNG on every machine.
 */
export type Point = readonly [x: number, y: number];

export class AlphaPlane {
  readonly width: number;
  readonly height: number;
  /** Coverage 0..1 per pixel, row by row from the top. */
  readonly alpha: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.alpha = new Float32Array(width * height);
  }

  /** Fills closed polygons; holes come from opposite winding, as in fonts. */
  fill(polygons: readonly (readonly Point[])[]): void {
    const SAMPLES = 4;
    const rows = this.height * SAMPLES;
    const crossings: { x: number; winding: number }[][] = Array.from({ length: rows }, () => []);
    for (const polygon of polygons) {
      for (let i = 0; i < polygon.length; i++) {
        const a = polygon[i] as Point;
        const b = polygon[(i + 1) % polygon.length] as Point;
        addEdge(crossings, a, b, SAMPLES);
      }
    }
    for (let row = 0; row < rows; row++) {
      const list = (crossings[row] as { x: number; winding: number }[]).sort((p, q) => p.x - q.x);
      let winding = 0;
      for (let i = 0; i + 1 < list.length; i++) {
        winding += (list[i] as { winding: number }).winding;
        if (winding !== 0)
          this.#span(Math.floor(row / SAMPLES), (list[i] as { x: number }).x, (list[i + 1] as { x: number }).x, 1 / SAMPLES);
      }
    }
  }

  /** A round-ended stroke whose width may change along the way. */
  stroke(points: readonly (readonly [x: number, y: number, width: number])[]): void {
    for (let i = 0; i + 1 < points.length; i++) {
      this.#segment(points[i] as readonly [number, number, number], points[i + 1] as readonly [number, number, number]);
    }
  }

  #span(y: number, from: number, to: number, weight: number): void {
    const left = Math.max(0, from);
    const right = Math.min(this.width, to);
    for (let x = Math.floor(left); x < right; x++) {
      const covered = Math.min(x + 1, right) - Math.max(x, left);
      const at = y * this.width + x;
      this.alpha[at] = Math.min(1, (this.alpha[at] as number) + covered * weight);
    }
  }

  #segment(a: readonly [number, number, number], b: readonly [number, number, number]): void {
    const reach = Math.max(a[2], b[2]) / 2 + 1;
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const length2 = dx * dx + dy * dy || 1e-9;
    const yEnd = Math.min(this.height, Math.ceil(Math.max(a[1], b[1]) + reach));
    const xEnd = Math.min(this.width, Math.ceil(Math.max(a[0], b[0]) + reach));
    for (let y = Math.max(0, Math.floor(Math.min(a[1], b[1]) - reach)); y < yEnd; y++) {
      for (let x = Math.max(0, Math.floor(Math.min(a[0], b[0]) - reach)); x < xEnd; x++) {
        const t = Math.min(1, Math.max(0, ((x + 0.5 - a[0]) * dx + (y + 0.5 - a[1]) * dy) / length2));
        const distance = Math.hypot(x + 0.5 - a[0] - t * dx, y + 0.5 - a[1] - t * dy);
        const radius = (a[2] + (b[2] - a[2]) * t) / 2;
        const at = y * this.width + x;
        this.alpha[at] = Math.max(this.alpha[at] as number, Math.min(1, Math.max(0, radius - distance + 0.5)));
      }
    }
  }
}

function addEdge(crossings: { x: number; winding: number }[][], a: Point, b: Point, samples: number): void {
  const winding = a[1] < b[1] ? 1 : -1;
  const [top, bottom] = a[1] < b[1] ? [a, b] : [b, a];
  const first = Math.max(0, Math.ceil(top[1] * samples - 0.5));
  const last = Math.min(crossings.length - 1, Math.ceil(bottom[1] * samples - 0.5) - 1);
  for (let row = first; row <= last; row++) {
    const y = (row + 0.5) / samples;
    const x = top[0] + ((y - top[1]) / (bottom[1] - top[1])) * (bottom[0] - top[0]);
    (crossings[row] as { x: number; winding: number }[]).push({ x, winding });
  }
}

/** Polygon of a circle; `clockwise: false` makes it a hole in a clockwise one. */
export function circle(cx: number, cy: number, radius: number, clockwise = true): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < 180; i++) {
    const angle = ((clockwise ? i : -i) / 180) * 2 * Math.PI;
    points.push([cx + radius * Math.cos(angle), cy + radius * Math.sin(angle)]);
  }
  return points;
}

/** A ring between two radii. */
export function ring(cx: number, cy: number, outer: number, inner: number): Point[][] {
  return [circle(cx, cy, outer), circle(cx, cy, inner, false)];
}
