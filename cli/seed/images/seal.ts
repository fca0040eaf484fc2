import { tinosFile } from '@antin/adapters/fonts/tinos';
import { outlines } from './glyphs.ts';
import { inkPng } from './png.ts';
import { AlphaPlane, ring, type Point } from './raster.ts';

const PIXELS_PER_MM = 14;
const SEAL_RED = [200, 24, 30] as const;

/**
 * A round seal for the demo, red on transparent ground, in real size (36 mm by default).
 *
 * The lower arc always says that it is for practice: a demo must not hand out something that passes for a real seal.
 */
export function sealImage(upper: string, centre: readonly string[], diameterMm = 36): Uint8Array {
  const size = diameterMm * PIXELS_PER_MM;
  const middle = size / 2;
  const plane = new AlphaPlane(size, size);
  const bold = tinosFile('700Bold');
  plane.fill(ring(middle, middle, middle - 4, middle - 15));
  plane.fill(ring(middle, middle, middle - 22, middle - 27));
  plane.fill(ring(middle, middle, middle * 0.66, middle * 0.66 - 5));
  arcText(plane, upper.toUpperCase(), bold, middle, middle * 0.72, middle * 0.16, 'top');
  arcText(plane, 'BẢN THỰC HÀNH', bold, middle, middle * 0.72, middle * 0.12, 'bottom');
  plane.fill([star(middle, middle * (centre.length > 1 ? 0.68 : 0.74), middle * 0.18)]);
  centre.forEach((line, i) => straightText(plane, line.toUpperCase(), bold, middle, middle * 1.08 + i * middle * 0.17, middle));
  return inkPng(plane, SEAL_RED, PIXELS_PER_MM * 1000);
}

function star(cx: number, cy: number, radius: number): Point[] {
  return Array.from({ length: 10 }, (_, i) => {
    const angle = -Math.PI / 2 + (i * Math.PI) / 5;
    const r = i % 2 === 0 ? radius : radius * 0.382;
    return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)] as const;
  });
}

function straightText(
  plane: AlphaPlane,
  text: string,
  font: Uint8Array,
  centreX: number,
  baseline: number,
  middle: number,
): void {
  const glyphs = outlines(text, font);
  const width = glyphs.reduce((sum, glyph) => sum + glyph.advance, 0);
  const em = Math.min(middle * 0.15, (middle * 1.16) / width);
  let x = centreX - (width * em) / 2;
  for (const glyph of glyphs) {
    const left = x;
    plane.fill(glyph.polygons.map((polygon) => polygon.map(([gx, gy]) => [left + gx * em, baseline - gy * em] as const)));
    x += glyph.advance * em;
  }
}

function arcText(
  plane: AlphaPlane,
  text: string,
  font: Uint8Array,
  middle: number,
  radius: number,
  em: number,
  side: 'top' | 'bottom',
): void {
  const glyphs = outlines(text, font);
  const SPACING = 0.06;
  const width = glyphs.reduce((sum, glyph) => sum + glyph.advance + SPACING, -SPACING);
  const limit = side === 'top' ? 3.5 : 2;
  const size = Math.min(em, (limit * radius) / width);
  const baseRadius = side === 'top' ? radius : radius + size * 0.75;
  let angle = -(width * size) / 2 / baseRadius;
  for (const glyph of glyphs) {
    const turn = angle + (glyph.advance * size) / 2 / baseRadius;
    const place = ([gx, gy]: Point): Point => {
      const across = (gx - glyph.advance / 2) * size;
      const out = side === 'top' ? baseRadius + gy * size : baseRadius - gy * size;
      const down = side === 'top' ? -1 : 1;
      const [ux, uy] = [Math.sin(turn), down * Math.cos(turn)];
      const [tx, ty] = [Math.cos(turn), -down * Math.sin(turn)];
      return [middle + ux * out + tx * across, middle + uy * out + ty * across];
    };
    plane.fill(glyph.polygons.map((polygon) => polygon.map(place)));
    angle += ((glyph.advance + SPACING) * size) / baseRadius;
  }
}
