import { describe, expect, it } from 'vitest';
import { paintPng, pngChunk, pngOf } from '@antin/testkit/pdf/pictures';
import { doors } from '@antin/testkit/pdf/signing';
import { codeOf } from '@antin/testkit/code-of';
import { readPng, unpackPng } from './read.ts';

describe('PNG', () => {
  const honest = paintPng(3, 2, (x, y) => [x, y, 7, 255 - x]);

  it('gives back the samples', () => {
    const png = readPng(honest);
    expect(png).toMatchObject({ width: 3, height: 2, colorType: 6, bitDepth: 8 });
    expect([...unpackPng(png, doors.inflate)]).toEqual([
      0, 0, 7, 255, 1, 0, 7, 254, 2, 0, 7, 253, 0, 1, 7, 255, 1, 1, 7, 254, 2, 1, 7, 253,
    ]);
  });

  it('reads the palette and its transparency', () => {
    const rows = Uint8Array.of(0, 0, 1);
    const more = [pngChunk('PLTE', Uint8Array.of(255, 0, 0, 0, 0, 255)), pngChunk('tRNS', Uint8Array.of(0))];
    const png = readPng(pngOf(2, 1, 3, rows, more));
    expect([[...png.palette!], [...png.transparency!], [...unpackPng(png, doors.inflate)]]).toEqual([
      [255, 0, 0, 0, 0, 255],
      [0],
      [0, 1],
    ]);
  });

  it.each<[string, () => Uint8Array, string]>([
    ['a JPEG', () => Uint8Array.of(0xff, 0xd8, 0xff), 'png.damaged'],
    ['half a file', () => honest.subarray(0, honest.length - 20), 'png.damaged'],
    ['a flipped bit', () => honest.with(45, honest[45]! ^ 1), 'png.damaged'],
    ['more pixels than allowed', () => pngOf(60_000, 60_000, 6, new Uint8Array(1)), 'png.budget'],
    ['no pixels', () => pngOf(0, 5, 6, new Uint8Array(1)), 'png.damaged'],
    ['a colour type of its own', () => pngOf(1, 1, 5, new Uint8Array(2)), 'png.damaged'],
    ['fewer rows than promised', () => pngOf(2, 9, 2, new Uint8Array(7)), 'png.damaged'],
  ])('refuses %s', (_, make, code) => {
    expect(codeOf(() => unpackPng(readPng(make()), doors.inflate))).toBe(code);
  });

  it('stops a bomb at the size its header promises', () => {
    expect(codeOf(() => unpackPng(readPng(pngOf(2, 1, 2, new Uint8Array(9_000_000))), doors.inflate))).toBe('inflate.budget');
  });
});
