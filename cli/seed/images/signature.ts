import { createHash } from 'node:crypto';
import { bezier } from './glyphs.ts';
import { inkPng } from './png.ts';
import { AlphaPlane, type Point } from './raster.ts';

const INK_BLUE = [22, 62, 150] as const;
const WIDTH = 720;
const HEIGHT = 300;
/** 60 mm wide on paper. */
const PIXELS_PER_METRE = 12_000;

/** A handwriting-like signature, blue on transparent ground, always the same for one name. */
export function signatureImage(fullName: string): Uint8Array {
  const plane = new AlphaPlane(WIDTH, HEIGHT);
  const draw = drawing(fullName);
  const given = fullName.split(' ').pop() ?? fullName;
  const loops = 3 + (given.length % 3);
  const start: Point = [70, 170 + draw() * 40];
  plane.stroke(
    pen([start, [60 + draw() * 40, 20], [190 + draw() * 40, 10 + draw() * 40], [150, 190 + draw() * 40], [120, 260]], 7, 3),
  );
  let at: Point = [130, 175 + draw() * 20];
  for (let i = 0; i < loops; i++) {
    const step = 70 + draw() * 40;
    const rise = 70 + draw() * 90;
    const next: Point = [at[0] + step, 165 + draw() * 45];
    plane.stroke(
      pen(
        [
          at,
          [at[0] + step * 0.9, at[1] - rise],
          [at[0] + step * 0.1, at[1] - rise * 0.8],
          [at[0] + step * 0.4, next[1] + 30],
          next,
        ],
        5,
        3.4,
      ),
    );
    at = next;
  }
  plane.stroke(pen([at, [at[0] + 60, at[1] - 60], [at[0] + 120, at[1] + 50], [660, 90 + draw() * 50]], 4.5, 1.8));
  plane.stroke(
    pen(
      [
        [120 + draw() * 40, 235 + draw() * 20],
        [300, 200 + draw() * 30],
        [420, 270],
        [620 + draw() * 40, 190 + draw() * 30],
      ],
      2.2,
      5,
    ),
  );
  return inkPng(plane, INK_BLUE, PIXELS_PER_METRE);
}

function pen(controls: readonly Point[], from: number, to: number): (readonly [number, number, number])[] {
  const STEPS = 48;
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const t = i / STEPS;
    const [x, y] = bezier(controls, t);
    const pressure = 1 + 0.35 * Math.sin(t * Math.PI * 2.5);
    return [x, y, (from + (to - from) * t) * pressure] as const;
  });
}

/** Numbers 0..1 drawn from the name. */
function drawing(name: string): () => number {
  const bytes = createHash('sha256').update(name.normalize('NFC')).digest();
  let i = 0;
  return () => (bytes[i++ % bytes.length] as number) / 255;
}
