import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SEAL_POINTS, sealRect } from './places.ts';

const A4 = { width: 595, height: 842 };

test('the seal has its real size, stands left of the signature and covers a third of it', () => {
  const [x, y, width, height] = sealRect([330, 120, 150, 60], A4);
  expect([width, height]).toEqual([SEAL_POINTS, SEAL_POINTS]);
  expect(width / 72).toBeCloseTo(36 / 25.4, 5);
  // Its right edge lies at one third of the signature, its middle at the signature's middle.
  expect(x + width).toBeCloseTo(330 + 150 / 3, 5);
  expect(y + height / 2).toBeCloseTo(120 + 60 / 2, 5);
});

test('wherever the signature is placed, the seal stays on the page', () => {
  const number = (max: number) => fc.double({ min: 0, max, noNaN: true });
  fc.assert(
    fc.property(number(595), number(842), number(300), number(200), number(900), number(900), (x, y, w, h, width, height) => {
      const page = { width: Math.max(width, 20), height: Math.max(height, 20) };
      const [left, bottom, side, tall] = sealRect([x, y, Math.max(w, 1), Math.max(h, 1)], page);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(bottom).toBeGreaterThanOrEqual(0);
      expect(left + side).toBeLessThanOrEqual(page.width + 1e-6);
      expect(bottom + tall).toBeLessThanOrEqual(page.height + 1e-6);
    }),
  );
});
