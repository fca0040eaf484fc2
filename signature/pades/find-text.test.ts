import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { tools } from '@antin/testkit/pdf/outside';
import { exportedByLibreOffice, printedByChromium } from '@antin/testkit/pdf/producers';
import { doors, signedPdf, testKey, tinos } from '@antin/testkit/pdf/signing';
import { placeAtAnchor } from './anchor.ts';
import type { FoundText } from './find-text.ts';
import { findText } from './find-text.ts';
import { glyphNameText } from './glyph-names.ts';
import { processorSince } from '@antin/testkit/processor-time';

function revisionOf(bytes: Uint8Array) {
  return openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' }).last;
}

function find(bytes: Uint8Array, wanted: string): FoundText[] {
  const last = revisionOf(bytes);
  return last.pages().flatMap((page) => findText(last, page, wanted));
}

const FONTS = `/Resources<</Font<</F 10 0 R/V 11 0 R>>>>`;

/** Pages of content in Helvetica (/F) and in a font whose glyphs have names (/V: codes 1 …). */
function written(pages: readonly string[], more = ''): Uint8Array {
  const objects: Record<number, string> = {
    ...plainObjects(pages.map((_, i) => `${FONTS}${more}/Contents ${20 + i} 0 R`)),
    10: '<</Type/Font/Subtype/Type1/BaseFont/Courier/FirstChar 32/LastChar 126/Widths[' + '600 '.repeat(95) + ']>>',
    11:
      '<</Type/Font/Subtype/Type1/BaseFont/Own/FirstChar 1/LastChar 9/Widths[500 500 500 500 500 500 0 0 500]/Encoding' +
      '<</Differences[1/N/g/u/y/ecircumflextilde/n/dotbelowcmb/uni0303/dcroat]>>>>',
  };
  pages.forEach((content, i) => (objects[20 + i] = `<</Length ${content.length}>>\nstream\n${content}\nendstream`));
  // The page's own /Resources come first in the template; the second one is ours.
  for (const [num, text] of Object.entries(objects)) objects[Number(num)] = text.replace('/Resources<<>>', '');
  return buildPdf(objects).bytes;
}

const line = (text: string, x = 100, y = 500): string => `BT /F 10 Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET\n`;

describe('words are found where they are seen', () => {
  it('with their place on the page', () => {
    expect(find(written([line('Ky ten: Nguyen Van A')]), 'Nguyen Van A')).toEqual([{ page: 1, rect: [148, 497.5, 72, 12] }]);
  });

  it.each([
    ['the parts of one TJ', 'BT /F 10 Tf 100 500 Td [(Ngu) 20 (yen) -800 (Van) -600 (A)] TJ ET'],
    ['lines broken by operators', "BT /F 10 Tf 10 TL 100 510 Td (Ong) ' (Nguyen Van A) ' ET"],
    ['one letter at a time', [...'NguyenVanA'].map((c, i) => `BT /F 10 Tf ${100 + 6 * i} 500 Td (${c}) Tj ET`).join(' ')],
    ['the other way round', `${line('Van A', 142)}${line('Nguyen', 100)}`],
    ['struck twice to look bold', `${line('Nguyen Van A')}${line('Nguyen Van A', 100.3)}`],
    ['invisible, behind a scan', 'BT 3 Tr /F 10 Tf 100 500 Td (Nguyen Van A) Tj ET'],
    ['moved and enlarged', `q 2 0 0 2 30 40 cm ${line('Nguyen Van A')} Q`],
    ['said by /ActualText', 'BT /F 10 Tf 100 500 Td /Span<</ActualText(Nguyen Van A)>>BDC (xxxxxxxxxxxx) Tj EMC ET'],
  ])('%s', (_, content) => {
    expect(find(written([content]), 'Nguyen Van A')).toHaveLength(1);
  });

  it('letters and accents that were drawn apart are one letter', () => {
    const content = 'BT /V 10 Tf 100 500 Td <01020304> Tj /V 10 Tf <050609> Tj ET';
    expect(find(written([content]), 'Nguyễnđ')).toHaveLength(1);
    expect(find(written([content]), 'Nguyễnđ'.normalize('NFD'))).toHaveLength(1);
    // n + combining tilde = ñ
    expect(find(written(['BT /V 10 Tf 100 500 Td <0608> Tj ET']), 'ñ')).toHaveLength(1);
  });

  it.each([
    ['a part of a longer word', line('Nguyen Van Anh'), 'Van An'],
    ['words of two columns', `${line('Nguyen', 100)}${line('Van', 300)}`, 'Nguyen Van'],
    ['words on two lines', `${line('Nguyen', 100, 500)}${line('Van', 100, 480)}`, 'Nguyen Van'],
    ['text that runs upwards', 'BT /F 10 Tf 0 1 -1 0 100 500 Tm (Nguyen) Tj ET', 'Nguyen'],
    ['nothing', line('Nguyen'), ' '],
  ])('%s is not found', (_, content, wanted) => {
    expect(find(written([content]), wanted)).toEqual([]);
  });

  it.each([0, 90, 180, 270])('on a page turned by %d', (rotate) => {
    const turn = { 0: '1 0 0 1 100 500', 90: '0 1 -1 0 95 100', 180: '-1 0 0 -1 495 342', 270: '0 -1 1 0 500 742' }[rotate];
    const bytes = written([`BT /F 10 Tf ${turn} Tm (Nguyen) Tj ET`], `/Rotate ${rotate}`);
    const [{ rect }] = find(bytes, 'Nguyen') as [FoundText];
    expect(rect[0]).toBeCloseTo(100);
    expect(rect[1]).toBeCloseTo(497.5);
  });

  it.each([
    ['N', 'N'],
    ['uni1EC5', 'ễ'],
    ['ecircumflextilde', 'ễ'],
    ['dcroat', 'đ'],
    ['uhorndotbelow', 'ự'],
    ['n.alt', 'n'],
    ['space', ' '],
    ['g123', ''],
    ['constructor', ''],
  ])('the glyph name %s says "%s"', (name, shown) => {
    expect(glyphNameText(name)).toBe(shown);
  });
});

/** Words with their boxes as poppler reads them, y upwards. */
function wordsByPoppler(bytes: Uint8Array, height: number): { text: string; left: number; right: number; middle: number }[] {
  const folder = mkdtempSync(join(tmpdir(), 'antin-words-'));
  try {
    writeFileSync(join(folder, 'in.pdf'), bytes);
    const { stdout } = spawnSync('pdftotext', ['-bbox', join(folder, 'in.pdf'), '-'], { encoding: 'utf8' });
    const rows = stdout.matchAll(/xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<&]+)</g);
    return [...rows].map(([, x0, y0, x1, y1, text]) => ({
      text: text as string,
      left: Number(x0),
      right: Number(x1),
      middle: height - (Number(y0) + Number(y1)) / 2,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!tools.pdftotext).each([
  ['Chromium', printedByChromium],
  ['LibreOffice', () => exportedByLibreOffice()],
])('a Vietnamese letter made by %s', (_, make) => {
  const bytes = make();

  it.skipIf(bytes === undefined)('has every word where poppler reads it', () => {
    const last = revisionOf(bytes!);
    const page = last.page(0);
    const words = wordsByPoppler(bytes!, page.cropBox[3]).filter(({ text }) => text.length > 2);
    expect(words.length).toBeGreaterThan(20);
    let met = 0;
    for (const { text, left, right, middle } of words) {
      const near = findText(last, page, text).some(
        ({ rect: [x, y, w, h] }) => Math.abs(x - left) < 1 && Math.abs(x + w - right) < 1.5 && Math.abs(y + h / 2 - middle) < 5,
      );
      if (near) met++;
    }
    // Poppler breaks words where a letter comes from another font; such halves are no words to us.
    expect(met / words.length).toBeGreaterThan(0.7);
  });

  it.skipIf(bytes === undefined)("has the signer's name, and room for a picture between title and name", () => {
    const last = revisionOf(bytes!);
    for (const name of ['Nguyễn Thị Ngọc Quỳnh', 'Nguyễn Thị Ngọc Quỳnh'.normalize('NFD')]) {
      const [one] = findText(last, last.page(0), name);
      const placed = placeAtAnchor(last, { text: name, size: { width: 110, height: 45 } });
      const [x, y, w, h] = placed.rect;
      const [title] = findText(last, last.page(0), 'PHÓ GIÁM ĐỐC');
      expect(placed.page).toBe(1);
      expect(x + w / 2).toBeCloseTo(one!.rect[0] + one!.rect[2] / 2);
      expect(w / h).toBeCloseTo(110 / 45);
      expect(y).toBeGreaterThanOrEqual(one!.rect[1] + one!.rect[3]);
      expect(y + h).toBeLessThanOrEqual(title!.rect[1]);
    }
  });
});

describe('a hostile page', () => {
  const quick = (content: string, wanted = 'x'): number => {
    const begin = process.cpuUsage();
    expect(find(written([content]), wanted).length).toBeLessThan(500_001);
    return processorSince(begin);
  };

  it('with hundreds of thousands of glyphs on one line is read in seconds', () => {
    expect(quick(`BT /F 10 Tf 100 500 Td (${'a '.repeat(120_000)}) Tj ET`, 'a')).toBeLessThan(8000);
    // Codes without any text belong to the letter before them.
    expect(quick(`BT /V 10 Tf 100 500 Td (\\001${'\x1f'.repeat(200_000)}) Tj ET`, 'N')).toBeLessThan(8000);
  });

  it('with more glyphs than the budget is refused', () => {
    const content = `BT /F 10 Tf 100 500 Td (${'a'.repeat(600_000)}) Tj ET`;
    expect(() => find(written([content]), 'a')).toThrow(expect.objectContaining({ code: 'pdf.budget' }));
  });
});

describe('an anchor', () => {
  const size = { width: 100, height: 40 };
  const twoPages = written([`${line('Nguyen Van A', 100, 700)}${line('Nguyen Van A', 300, 100)}`, line('Nguyen Van A', 50, 50)]);
  const place = (anchor: Partial<Parameters<typeof placeAtAnchor>[1]>, bytes = twoPages) =>
    placeAtAnchor(revisionOf(bytes), { text: 'Nguyen Van A', size, ...anchor });

  it.each([
    [{ occurrence: 'first' } as const, 1, 86],
    [{ occurrence: 'last' } as const, 2, 36],
    [{ occurrence: 2 }, 1, 286],
    [{ page: 2 }, 2, 36],
    [{ page: 2, offset: [10, 5] } as const, 2, 46],
  ])('%o', (anchor, page, left) => {
    const placed = place(anchor);
    expect(placed.page).toBe(page);
    expect(placed.rect[0]).toBeCloseTo(left);
    expect(placed.rect.slice(2)).toEqual([100, 40]);
  });

  it.each([
    [{}, 'pades.anchor-ambiguous'],
    [{ text: 'Tran Thi B' }, 'pades.anchor-not-found'],
    [{ occurrence: 4 }, 'pades.anchor-not-found'],
    [{ occurrence: 0 }, 'pades.anchor-not-found'],
    [{ page: 1 }, 'pades.anchor-ambiguous'],
  ])('%o is refused', (anchor, code) => {
    expect(() => place(anchor)).toThrow(expect.objectContaining({ code }));
  });

  it('stands in the middle between title and name, and is made smaller where there is less room', () => {
    const letter = (gap: number): Uint8Array => written([`${line('GIAM DOC', 112, 500 + gap)}${line('Nguyen Van A')}`]);
    const wide = place({}, letter(100)).rect;
    expect(wide[3]).toBe(40);
    // Name up to 509.5, title from 597.5.
    expect(wide[1] + wide[3] / 2).toBeCloseTo((509.5 + 597.5) / 2);
    const narrow = place({}, letter(40)).rect;
    expect(narrow[3]).toBeCloseTo(26);
    expect(narrow[2]).toBeCloseTo(65);
    expect(place({}, letter(13)).rect[3]).toBe(40);
  });

  it('places the picture when signing', async () => {
    const text = { lines: ['ky'], font: tinos(), size: 12 };
    const bytes = written([line('Nguyen Van A')]);
    const signed = await signedPdf(bytes, testKey('A'), { appearance: { text, anchor: { text: 'Nguyen Van A', size } } });
    const widgets = String.fromCharCode(...signed.subarray(bytes.length));
    expect(widgets).toMatch(/\/Rect \[86 510\.5 186 550\.5\]/);
    const nowhere = signedPdf(bytes, testKey('A'), { appearance: { text, anchor: { text: 'Ai do', size } } });
    await expect(nowhere).rejects.toMatchObject({ code: 'pades.anchor-not-found' });
  });
});
