import { create } from 'fontkit';
import type { Point } from './raster.ts';

export interface GlyphOutline {
  readonly advance: number;
  readonly polygons: readonly (readonly Point[])[];
}

/** Outlines of a text in em units (y upwards), one entry a glyph. */
export function outlines(text: string, fontFile: Uint8Array): GlyphOutline[] {
  const font = create(Buffer.from(fontFile));
  const scale = 1 / font.unitsPerEm;
  return font.layout(text.normalize('NFC')).glyphs.map((glyph) => ({
    advance: glyph.advanceWidth * scale,
    polygons: flatten(glyph.path.commands, scale),
  }));
}

function flatten(commands: readonly { command: string; args: readonly number[] }[], scale: number): Point[][] {
  const polygons: Point[][] = [];
  let current: Point[] = [];
  for (const { command, args } of commands) {
    const points: Point[] = [];
    for (let i = 0; i + 1 < args.length; i += 2) points.push([(args[i] as number) * scale, (args[i + 1] as number) * scale]);
    if (command === 'moveTo') polygons.push((current = [points[0] as Point]));
    else if (command === 'lineTo') current.push(points[0] as Point);
    else if (command === 'quadraticCurveTo' || command === 'bezierCurveTo') curve(current, points);
  }
  return polygons;
}

function curve(into: Point[], controls: readonly Point[]): void {
  const start = into[into.length - 1] as Point;
  const STEPS = 8;
  for (let i = 1; i <= STEPS; i++) into.push(bezier([start, ...controls], i / STEPS));
}

/** De Casteljau for any degree. */
export function bezier(points: readonly Point[], t: number): Point {
  let level = points;
  while (level.length > 1) {
    level = level.slice(1).map((p, i) => {
      const q = level[i] as Point;
      return [q[0] + (p[0] - q[0]) * t, q[1] + (p[1] - q[1]) * t] as const;
    });
  }
  return level[0] as Point;
}
