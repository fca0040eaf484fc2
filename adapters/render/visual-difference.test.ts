import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { pdfArray, pdfDict, pdfName, pdfRef } from '@antin/formats/pdf/objects';
import { extendPades } from '@antin/signature/pades/extend';
import { append, judged, letter, pdfOf, sign, walk } from '@antin/testkit/judging/documents';
import type { Walk } from '@antin/testkit/judging/documents';
import { addWidget, edit, fieldOf, formXObject, lastOf } from '@antin/testkit/attacks/surgery';
import { doors } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Box } from './messages.ts';
import { renderPage, visualDifference } from './visual-difference.ts';

const pki = testPki();
const MINUTE = 60_000;
let steps: Walk;
let signed: Uint8Array;

beforeAll(async () => {
  steps = await walk(pki);
  signed = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
});

const compare = (file: Uint8Array, end: number, options = {}) => visualDifference(memorySource(file), end, options);
async function boxesOf(file: Uint8Array, end: number): Promise<readonly Box[]> {
  const { pages } = await compare(file, end);
  expect(pages).toHaveLength(1);
  return pages[0]?.boxes ?? [];
}

/** Does a box lie in another, but for a softened edge of about a pixel? */
function inside([x, y, w, h]: Box, [left, bottom, width, height]: Box): boolean {
  const slack = 0.6;
  const wide = x >= left - slack && x + w <= left + width + slack;
  return wide && y >= bottom - slack && y + h <= bottom + height + slack;
}

describe('what honest updates show', () => {
  it('number, date and seal change the page inside their fields and nowhere else', async () => {
    const fields: Record<string, Box> = {
      number: [100, 660, 120, 18],
      date: [300, 660, 200, 18],
      seal: [300, 130, 90, 90],
    };
    const boxes = await boxesOf(steps.sealed, steps.leader.length);
    for (const [name, field] of Object.entries(fields)) {
      expect(
        boxes.some((box) => inside(box, field)),
        name,
      ).toBe(true);
    }
    for (const box of boxes)
      expect(
        Object.values(fields).some((field) => inside(box, field)),
        String(box),
      ).toBe(true);
  });

  it('a security store and a document time-stamp show nothing', async () => {
    let time = pki.now;
    const appended = await extendPades(memorySource(steps.sealed), {
      ...doors,
      level: 'B-LTA',
      anchors: pki.anchors,
      at: pki.now + 120 * MINUTE,
      timeStamp: timeStampSource(pki, () => (time += MINUTE)),
      evidenceFor: evidenceSource(pki, () => time),
    });
    expect(appended.length).toBeGreaterThan(1000);
    const file = Buffer.concat([steps.sealed, appended]);
    const { pages, pagesLeft } = await compare(file, steps.sealed.length);
    expect({ pages, pagesLeft }).toEqual({ pages: [{ page: 1, changed: false, boxes: [], share: 0 }], pagesLeft: 0 });
  });
});

describe('shadow attacks are seen', () => {
  const LINE: Box = [72, 715, 250, 20];

  it('hide: a picture laid over the text vanishes, and what lay under it comes out', async () => {
    // The draft hides a line under a white cover; the attacker takes the cover away.
    const draft = append(letter('Phat 50 trieu dong'), (update) => {
      const cover = formXObject(update, '1 g 0 0 300 30 re f', [0, 0, 300, 30]);
      const widget = update.add(
        pdfDict({
          Type: pdfName('Annot'),
          Subtype: pdfName('Stamp'),
          Rect: pdfArray([70, 710, 370, 740]),
          F: 4,
          AP: pdfDict({ N: cover }),
        }),
      );
      addWidget(update, widget, false);
    });
    const base = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
    const file = append(base, (update) => edit(update, pdfRef(3), { Annots: pdfArray([]) }));
    expect(judged(file, pki).verdict).toBe('invalid');
    const boxes = await boxesOf(file, base.length);
    expect(boxes.length).toBeGreaterThan(0);
    for (const box of boxes) expect(inside(box, LINE), String(box)).toBe(true);
  });

  it('replace: the value of a form field is drawn otherwise', async () => {
    const { ref } = fieldOf(lastOf(steps.sealed), 'so');
    const file = append(steps.sealed, (update) => {
      const other = formXObject(update, '0 g 0 0 60 12 re f', [0, 0, 120, 18]);
      edit(update, ref, { AP: pdfDict({ N: other }) });
    });
    expect(judged(file, pki).verdict).toBe('invalid');
    const boxes = await boxesOf(file, steps.sealed.length);
    expect(boxes.length).toBeGreaterThan(0);
    for (const box of boxes) expect(inside(box, [100, 660, 120, 18]), String(box)).toBe(true);
  });

  it('hide and replace: the page comes to show a second content that was signed unseen', async () => {
    const shown = 'BT /F1 14 Tf 72 720 Td (Dong y) Tj ET';
    const hidden = 'BT /F1 14 Tf 72 720 Td (Khong dong y) Tj ET';
    const draft = pdfOf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Foo 6 0 R >>',
      `<< /Length ${shown.length} >>\nstream\n${shown}\nendstream`,
      '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>',
      `<< /Length ${hidden.length} >>\nstream\n${hidden}\nendstream`,
    ]);
    const base = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
    const file = append(base, (update) => edit(update, pdfRef(3), { Contents: pdfRef(6) }));
    expect(judged(file, pki).verdict).toBe('invalid');
    const { pages } = await compare(file, base.length);
    expect(pages[0]).toMatchObject({ page: 1, changed: true });
    for (const box of pages[0]?.boxes ?? []) expect(inside(box, LINE), String(box)).toBe(true);
  });

  it('a full stop that becomes a comma is seen', async () => {
    const price = (sign: string) => latin1(`BT /F1 14 Tf 72 720 Td (1${sign}000 dong) Tj ET`);
    const base = await sign(letter('1.000 dong'), { pki, by: 'leader', stampedAt: pki.now });
    const change = (sign: string) => append(base, (update) => update.setStream(pdfRef(4), {}, price(sign)));
    expect((await compare(change(','), base.length)).pages[0]?.changed).toBe(true);
    expect((await compare(change('.'), base.length)).pages[0]?.changed).toBe(false);
  });

  it('pages added and taken away are named', async () => {
    const file = append(signed, (update) => {
      const page = update.add(pdfDict({ Type: pdfName('Page'), Parent: pdfRef(2), MediaBox: pdfArray([0, 0, 595, 842]) }));
      edit(update, pdfRef(2), { Kids: pdfArray([pdfRef(3), page]), Count: 2 });
    });
    const { pages } = await compare(file, signed.length);
    expect(pages.map(({ page, changed, only }) => [page, changed, only])).toEqual([
      [1, false, undefined],
      [2, true, 'after'],
    ]);
    expect(pages[1]?.boxes).toEqual([[0, 0, 595, 842]]);
  });
});

describe('a turned and cropped page', () => {
  it('is told in the coordinates of the page, as the fields are', async () => {
    const turned = letter('Xin chao', '/Rotate 90 /CropBox [50 40 545 800] ');
    const base = await sign(turned, { pki, by: 'leader', stampedAt: pki.now });
    const file = append(base, (update) => {
      const black = formXObject(update, '0 g 0 0 40 20 re f', [0, 0, 40, 20]);
      const rect = pdfArray([200, 300, 240, 320]);
      const entries = { Type: pdfName('Annot'), Subtype: pdfName('Stamp'), Rect: rect, F: 4, AP: pdfDict({ N: black }) };
      addWidget(update, update.add(pdfDict(entries)), false);
    });
    const [box] = await boxesOf(file, base.length);
    expect(box?.map((one) => Math.round(one))).toEqual([200, 300, 40, 20]);
  });
});

const digests = (pictures: object = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(pictures).map(([name, png]) => [
      name,
      createHash('sha256')
        .update(png as Buffer)
        .digest('hex'),
    ]),
  );

describe('pictures', () => {
  it('before, after and marked are made for pages that changed, the same every time', async () => {
    const once = await compare(steps.sealed, steps.leader.length, { pictures: true });
    const twice = await compare(steps.sealed, steps.leader.length, { pictures: true });
    const pictures = once.pages[0]?.pictures;
    expect(twice.pages[0]?.boxes).toEqual(once.pages[0]?.boxes);
    expect(digests(twice.pages[0]?.pictures)).toEqual(digests(pictures));
    for (const png of [pictures?.before, pictures?.after, pictures?.marked]) {
      expect(
        Buffer.from(png ?? [])
          .subarray(0, 8)
          .toString('latin1'),
      ).toBe('\u0089PNG\r\n\u001a\n');
      expect(Buffer.from(png ?? []).readUInt32BE(16)).toBe(1190);
      expect(Buffer.from(png ?? []).readUInt32BE(20)).toBe(1684);
    }
    const alone = {
      before: await renderPage(memorySource(steps.sealed), 1, steps.leader.length),
      after: await renderPage(memorySource(steps.sealed), 1),
    };
    expect(digests(pictures)).toMatchObject(digests(alone));
  });
});

describe('limits', () => {
  const stopped = (file: Uint8Array, limits: object) => compare(file, file.length, { limits });

  /** Five thousand half-transparent layers over the whole page. */
  function slow(first: string): Uint8Array {
    const layers = '/G gs /N Do '.repeat(5000);
    const layer = '0 g 0 0 595 842 re f';
    const group = '/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /I true >>';
    const resources = '<< /XObject << /N 5 0 R >> /ExtGState << /G << /ca 0.5 /BM /Luminosity >> >> >>';
    return pdfOf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Kids [${first}3 0 R] /Count ${first === '' ? 1 : 2} >>`,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources ${resources} >>`,
      `<< /Length ${layers.length} >>\nstream\n${layers}\nendstream`,
      `<< ${group} /Length ${layer.length} >>\nstream\n${layer}\nendstream`,
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>',
    ]);
  }

  it('a page that takes for ever is stopped', async () => {
    const start = performance.now();
    await expect(stopped(slow(''), { milliseconds: 1500 })).rejects.toMatchObject({ code: 'render.timeout' });
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it('what was drawn before time ran out is told, the rest is counted', async () => {
    const done = await stopped(slow('6 0 R '), { milliseconds: 5000 });
    expect(done).toEqual({ pages: [{ page: 1, changed: false, boxes: [], share: 0 }], pagesLeft: 1 });
  });

  it('a renderer that wants more memory than it is given is refused it, and nothing is called unchanged', async () => {
    const data = deflateSync(Buffer.alloc(3000 * 3000 * 3), { level: 1 });
    const content = 'q 500 0 0 500 0 0 cm /I Do Q';
    const image = '/Type /XObject /Subtype /Image /Width 3000 /Height 3000 /BitsPerComponent 8 /ColorSpace /DeviceRGB';
    const greedy = pdfOf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>',
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      `<< ${image} /Filter /FlateDecode /Length ${data.length} >>\nstream\n${data.toString('latin1')}\nendstream`,
    ]);
    await expect(stopped(greedy, { megabytes: 20 })).rejects.toMatchObject({ code: 'render.memory' });
    const long = Buffer.concat([letter(), Buffer.alloc(40 << 20, 0x20)]);
    await expect(stopped(long, { megabytes: 32 })).rejects.toMatchObject({ code: 'render.memory' });
    await expect(stopped(long, { megabytes: 128 })).resolves.toMatchObject({ pages: [{ changed: false }] });
  });

  it('a file too large, an end that is none, a page that is not there and bytes that are no PDF are refused', async () => {
    await expect(stopped(signed, { bytes: 100 })).rejects.toMatchObject({ code: 'render.too-large' });
    await expect(compare(signed, 0)).rejects.toMatchObject({ code: 'render.unreadable' });
    await expect(compare(signed, signed.length + 1)).rejects.toMatchObject({ code: 'render.unreadable' });
    await expect(compare(signed, signed.length, { pages: [2] })).rejects.toMatchObject({ code: 'render.no-such-page' });
    await expect(compare(latin1('no PDF at all'), 13)).rejects.toMatchObject({ code: 'render.unreadable' });
  });

  it('pages beyond the limit are counted, not passed over in silence', async () => {
    const pages = Array.from({ length: 3 }, () => '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>');
    const file = pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] /Count 3 >>', ...pages]);
    const result = await stopped(file, { pages: 2 });
    expect([result.pages.length, result.pagesLeft]).toEqual([2, 1]);
  });

  it('a page that only one revision can draw is changed, one that none can draw is not compared', async () => {
    const file = append(signed, (update) => update.set(pdfRef(3), pdfDict({ Type: pdfName('Page'), Parent: pdfRef(2) })));
    const { pages, pagesLeft } = await compare(file, signed.length);
    expect([pages.map((one) => one.changed), pagesLeft]).toEqual([[true], 0]);
    const nothing = pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [9 0 R] /Count 1 >>']);
    expect(await compare(nothing, nothing.length)).toEqual({ pages: [], pagesLeft: 1 });
    await expect(renderPage(memorySource(nothing), 1)).rejects.toMatchObject({ code: 'render.unreadable' });
  });

  it('a huge page is drawn smaller', async () => {
    const file = letter('Xin chao', '/UserUnit 1 ');
    const huge = latin1(Buffer.from(file).toString('latin1').replace('[0 0 595 842]', '[0 0 9999 999]'));
    const png = Buffer.from(await renderPage(memorySource(huge), 1));
    expect(png.readUInt32BE(16) * png.readUInt32BE(20)).toBeLessThan(4_100_000);
  });
});
