import { describe, expect, it } from 'vitest';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { pdfText, qpdfCheck, renderPage, tools } from '@antin/testkit/pdf/outside';
import { paintPng, pngChunk, pngOf } from '@antin/testkit/pdf/pictures';
import { signedPdf, testKey, tinos } from '@antin/testkit/pdf/signing';
import { annexLines, copyLines, formatSigningTime, nameLines } from './appearance-text.ts';
import { runLength } from './image.ts';
import { pdfDate, readTextString, textString } from './text-string.ts';

const outside = tools.qpdf && tools.pdftoppm && tools.pdftotext;
const key = testKey('Người ký');
const page = buildPdf(plainObjects(['/MediaBox[0 0 200 100]'])).bytes;
const rect = [20, 20, 40, 40] as const;
const show = (image: Uint8Array, options = {}): Promise<Uint8Array> =>
  signedPdf(page, key, { appearance: { image, page: 1, rect }, ...options });

/** Filtered rows of one colour each, 2 x 2 pixels. */
const rows = (top: number[], bottom: number[]): Uint8Array => Uint8Array.of(0, ...top, ...top, 0, ...bottom, ...bottom);

describe.skipIf(!outside)('every kind of PNG is shown as it is', () => {
  const palette = pngChunk('PLTE', Uint8Array.of(255, 0, 0, 0, 0, 255));
  it.each<[string, Uint8Array, number[], number[]]>([
    ['colour', pngOf(2, 2, 2, rows([255, 0, 0], [0, 0, 255])), [255, 0, 0], [0, 0, 255]],
    ['gray', pngOf(2, 2, 0, rows([0], [128])), [0, 0, 0], [128, 128, 128]],
    ['gray with transparency', pngOf(2, 2, 4, rows([0, 255], [0, 0])), [0, 0, 0], [255, 255, 255]],
    ['palette', pngOf(2, 2, 3, rows([0], [1]), [palette]), [255, 0, 0], [0, 0, 255]],
    [
      'palette with transparency',
      pngOf(2, 2, 3, rows([0], [1]), [palette, pngChunk('tRNS', Uint8Array.of(0))]),
      [255, 255, 255],
      [0, 0, 255],
    ],
    [
      'colour with transparency',
      paintPng(2, 2, (_, y) => (y === 0 ? [255, 0, 0, 255] : [9, 9, 9, 0])),
      [255, 0, 0],
      [255, 255, 255],
    ],
  ])('%s', async (_, image, top, bottom) => {
    for (const options of [{}, { deflate: undefined }]) {
      const output = await show(image, options);
      expect(qpdfCheck(output).status).toBe(0);
      const picture = renderPage(output);
      expect([[...picture.at(40, 50)], [...picture.at(40, 70)]]).toEqual([top, bottom]);
    }
  });

  it('half transparent ink lets the paper through', async () => {
    const [r, g, b] = renderPage(await show(paintPng(2, 2, () => [0, 0, 255, 128]))).at(40, 60);
    expect(b).toBeGreaterThan(250);
    expect(Math.abs(r - 127) + Math.abs(g - 127)).toBeLessThan(6);
  });
});

describe('a picture that cannot be used', () => {
  it.each<[string, Uint8Array, string]>([
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'png.damaged'],
    ['of 16 bits a channel', sixteenBits(), 'png.unsupported'],
  ])('%s is refused with a code', async (_, image, code) => {
    await expect(show(image)).rejects.toMatchObject({ code });
  });

  function sixteenBits(): Uint8Array {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(1, 0);
    header.writeUInt32BE(1, 4);
    header.set([16, 2], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', Buffer.from([1])), pngChunk('IEND', Buffer.alloc(0))];
    return new Uint8Array(Buffer.concat([signature, ...chunks]));
  }
});

describe('text', () => {
  const font = tinos();
  const time = Date.UTC(2026, 10, 21, 17, 3, 4);

  it.skipIf(!outside)('stands for the picture where there is none, and becomes smaller to fit', async () => {
    const lines = nameLines('Nguyễn Thị Ngọc Quỳnh', time);
    const output = await signedPdf(page, key, {
      appearance: { page: 1, rect: [10, 10, 120, 30], text: { lines, font, size: 40 } },
    });
    const text = pdfText(output).normalize('NFC');
    expect(text).toContain('Ký bởi: Nguyễn Thị Ngọc Quỳnh');
    expect(text).toContain('Thời gian ký: 22-11-2026 00:03:04 +07:00');
    expect(qpdfCheck(output).status).toBe(0);
    const picture = renderPage(output);
    for (let y = 0; y < 100; y++) expect(picture.at(133, y)).toEqual([255, 255, 255]);
  });

  it('of annexes and copies follows the decree', () => {
    expect(annexLines('12/QĐ-UBND', time)).toEqual(['Số: 12/QĐ-UBND', 'Thời gian ký: 22-11-2026 00:03:04 +07:00']);
    expect(copyLines('SAO Y', 'Sở Tài chính', time)).toEqual([
      'SAO Y',
      'Sở Tài chính',
      'Thời gian ký: 22-11-2026 00:03:04 +07:00',
    ]);
  });

  it.each([
    ['dd-MM-yyyy HH:mm:ss +07:00', '22-11-2026 00:03:04 +07:00'],
    ['yyyy-MM-ddTHH:mm:ss+07:00', '2026-11-22T00:03:04+07:00'],
    ['dd/MM/yyyy HH:mm -03:30', '21/11/2026 13:33 -03:30'],
    ['yyyyMMdd', '20261121'],
  ])('of times in the pattern %s', (pattern, text) => {
    expect(formatSigningTime(time, pattern)).toBe(text);
  });

  it.each(['plain (ASCII) \\', 'Đã ký: Ủy ban nhân dân', '🖋 beyond the basic plane', ''])('strings read back: %s', (text) => {
    expect(readTextString(textString(text).bytes)).toBe(text);
    expect(readTextString(textString(text.normalize('NFD')).bytes)).toBe(text.normalize('NFC'));
  });

  it('of others is read in every encoding', () => {
    expect(readTextString(Uint8Array.of(0xef, 0xbb, 0xbf, 0xc4, 0x90))).toBe('Đ');
    expect(readTextString(Uint8Array.of(0xef, 0xbb, 0xbf, 0xc4))).toBe('\ufffd');
    expect(readTextString(Uint8Array.of(0x80, 0xa0, 0x1f, 0xe9))).toBe('•€˜é');
  });

  it('of dates is UTC and says so', () => {
    expect(String.fromCharCode(...pdfDate(time).bytes)).toBe('D:20261121170304Z');
  });
});

it('run lengths unfold to what was packed', async () => {
  const { decodeRunLength } = await import('@antin/formats/pdf/filters-old');
  const samples = [[], [1], [1, 1], [1, 1, 1], [1, 2, 3], Array.from({ length: 1000 }, (_, i) => (i % 300 < 200 ? 0 : i & 255))];
  for (const sample of [...samples, Array.from({ length: 129 }, (_, i) => i), Array.from({ length: 260 }, () => 7)]) {
    const data = Uint8Array.from(sample);
    expect(decodeRunLength(runLength(data), 10_000)).toEqual(data);
  }
});
