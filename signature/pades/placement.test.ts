import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import type { PdfPage } from '@antin/formats/pdf/pages';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { renderPage, tools } from '@antin/testkit/pdf/outside';
import { paintPng } from '@antin/testkit/pdf/pictures';
import { doors, signedPdf, testKey } from '@antin/testkit/pdf/signing';
import { displayedSize, placeAtCorner, placeOnPage, placeSeal } from './placement.ts';

const make = (page: string): Uint8Array => buildPdf(plainObjects([page])).bytes;
const pageOf = (bytes: Uint8Array): PdfPage =>
  openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' }).last.page(0);

/** Red left, green right, blue on top: every turn and mirror shows. */
const flag = paintPng(80, 40, (x, y) => (y < 10 ? [0, 0, 255, 255] : x < 40 ? [255, 0, 0, 255] : [0, 200, 0, 255]));
const key = testKey('Người ký');

describe('what the reader sees is what was asked for', () => {
  const box = '/MediaBox[0 0 400 600]/CropBox[50 100 350 500]';
  it.skipIf(!tools.pdftoppm).each([0, 90, 180, 270, -90])('a page turned by %i degrees', async (rotate) => {
    const input = make(`${box}/Rotate ${rotate}`);
    const shown = displayedSize(pageOf(input));
    const rect = placeAtCorner(pageOf(input), 'top-right', { width: 80, height: 40 }, 20);
    const picture = renderPage(await signedPdf(input, key, { appearance: { image: flag, page: 1, rect } }));
    expect([picture.width, picture.height]).toEqual([shown.width, shown.height]);
    const left = shown.width - 100;
    expect(picture.at(left + 40, 20 + 4)).toEqual([0, 0, 255]);
    expect(picture.at(left + 15, 20 + 25)).toEqual([255, 0, 0]);
    expect(picture.at(left + 65, 20 + 25)).toEqual([0, 200, 0]);
    expect(picture.at(left - 5, 40)).toEqual([255, 255, 255]);
    expect(picture.at(left + 40, 70)).toEqual([255, 255, 255]);
  });

  it.skipIf(!tools.pdftoppm)('a picture keeps its proportions in a rectangle of another shape', async () => {
    const rect = [100, 100, 80, 80] as const;
    const picture = renderPage(
      await signedPdf(make('/MediaBox[0 0 300 300]'), key, { appearance: { image: flag, page: 1, rect } }),
    );
    expect(picture.at(120, 200 - 40)).toEqual([255, 0, 0]);
    expect(picture.at(120, 200 - 70)).toEqual([255, 255, 255]);
    expect(picture.at(120, 200 - 10)).toEqual([255, 255, 255]);
  });
});

describe('coordinates', () => {
  it('are plain PDF coordinates on an unrotated page', () => {
    expect(placeOnPage(pageOf(make('')), [10, 20, 30, 40])).toEqual({
      rect: [10, 20, 40, 60],
      matrix: [1, 0, 0, 1, 0, 0],
      rotate: 0,
    });
  });

  it('are points of the displayed page when the unit is larger', () => {
    const page = pageOf(make('/MediaBox[0 0 100 200]/UserUnit 2'));
    expect(displayedSize(page)).toEqual({ width: 200, height: 400 });
    expect(placeOnPage(page, [20, 40, 60, 80]).rect).toEqual([10, 20, 40, 60]);
  });

  it('put the seal to the left, over a third of the signature', () => {
    const [x, y, width, height] = placeSeal([300, 500, 90, 40], { width: 100, height: 100 });
    expect([x, y, width, height]).toEqual([230, 470, 100, 100]);
    expect(x + width - 300).toBe(30);
  });

  it.each([[[0, 0, 0, 10]], [[0, 0, 10, -1]], [[Number.NaN, 0, 10, 10]], [[5000, 0, 10, 10]], [[-50, 0, 10, 10]]] as [
    [number, number, number, number],
  ][])('refuse %j', async (rect) => {
    await expect(signedPdf(make(''), key, { appearance: { image: flag, page: 1, rect } })).rejects.toMatchObject({
      code: 'pades.placement',
    });
  });

  it('refuse a page that is not there', async () => {
    await expect(signedPdf(make(''), key, { appearance: { image: flag, page: 2, rect: [0, 0, 9, 9] } })).rejects.toMatchObject({
      code: 'pdf.no-page',
    });
  });
});
