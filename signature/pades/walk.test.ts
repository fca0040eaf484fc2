import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import type { PdfDict } from '@antin/formats/pdf/objects';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { pdfsig, pdfText, qpdfCheck, renderPage, tools } from '@antin/testkit/pdf/outside';
import { sealPicture, signaturePicture } from '@antin/testkit/pdf/pictures';
import { producedLetters } from '@antin/testkit/pdf/producers';
import { doors, joined, signedPdf, tinos } from '@antin/testkit/pdf/signing';
import { testPki } from '@antin/testkit/pki/test-pki';
import { annexLines } from './appearance-text.ts';
import { addFieldValues, addReservedFields } from './fields.ts';
import { DOCUMENT_CHARACTERS } from './font.ts';
import { placeAtCorner, placeSeal } from './placement.ts';
import type { SignPadesOptions } from './sign.ts';

const pki = testPki();
const leader = pki.signingKey('leader');
const seal = pki.signingKey('sealRsa');
const font = tinos();
const signingTime = pki.now;
const timeStamp: NonNullable<SignPadesOptions['timeStamp']> = (hash) =>
  Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now));

const signatureRect = [370, 500, 90, 40] as const;
const sealRect = placeSeal(signatureRect, { width: 100, height: 100 });
const number = { page: 1, rect: [100, 700, 60, 16], align: 'center' } as const;
const date = { page: 1, rect: [380, 700, 160, 16], font: tinos('400Regular_Italic') } as const;
const letters: [string, Uint8Array][] = [['of one empty page', buildPdf(plainObjects()).bytes], ...producedLetters()];

async function walk(input: Uint8Array): Promise<{ reserved: Uint8Array; byLeader: Uint8Array; issued: Uint8Array }> {
  const signatures = [
    { name: 'LanhDao', page: 1, rect: signatureRect },
    { name: 'CoQuan', page: 1, rect: sealRect, lock: ['so', 'ngay'] },
  ];
  const reserved = joined(input, addReservedFields(memorySource(input), { number, date, signatures, font }, doors));
  const byLeader = await signedPdf(reserved, leader, {
    ...{ fieldName: 'LanhDao', level: 'B-T', timeStamp, signingTime, name: 'Nguyễn Thị Ngọc Quỳnh' },
    appearance: { image: signaturePicture(), page: 1, rect: signatureRect },
  });
  const issued = await signedPdf(byLeader, seal, {
    ...{ fieldName: 'CoQuan', level: 'B-T', timeStamp, signingTime, name: 'Sở Tài chính' },
    fill: { so: '2491', ngay: 'ngày 21 tháng 11 năm 2026' },
    appearance: { image: sealPicture(), page: 1, rect: sealRect },
  });
  return { reserved, byLeader, issued };
}

const outside = tools.pdfsig && tools.qpdf && tools.pdftotext && tools.pdftoppm;

describe.skipIf(!outside).each(letters)('a letter %s', (_, input) => {
  const made = walk(input);

  it('is signed by the leader, numbered and sealed, and both signatures are valid elsewhere', async () => {
    const { issued, byLeader } = await made;
    expect(Buffer.compare(issued.subarray(0, byLeader.length), byLeader)).toBe(0);
    expect(pdfsig(issued), pdfsig(issued).text).toMatchObject({ signatures: 2, valid: 2 });
    const check = qpdfCheck(issued);
    expect(check.status, check.text).toBe(0);
  });

  it('shows number and date only in the issued revision', async () => {
    const { reserved, byLeader, issued } = await made;
    for (const before of [reserved, byLeader]) expect(pdfText(before)).not.toContain('2491');
    const text = pdfText(issued).normalize('NFC');
    expect(text).toContain('2491');
    expect(text).toContain('ngày 21 tháng 11 năm 2026');
  });

  it('changes nothing but /V and /AP of fields that were there, and adds no font', async () => {
    const { byLeader, issued } = await made;
    const { last, revisions } = openPdf(memorySource(issued), { inflate: doors.inflate, mode: 'strict' });
    const before = revisions.at(-2)!;
    expect(before.end).toBe(byLeader.length);
    for (const num of last.own.keys()) {
      const [old, now] = [before.object(num), last.object(num)] as [PdfDict | null, PdfDict];
      if (old === null) expect(JSON.stringify(now, keysOf)).not.toMatch(/FontFile|FontDescriptor/);
      else if (old.entries.has('T')) {
        const changed = [...now.entries.keys()].filter(
          (key) => JSON.stringify(old.entries.get(key), keysOf) !== JSON.stringify(now.entries.get(key), keysOf),
        );
        expect(changed.filter((key) => !['V', 'AP', 'F'].includes(key))).toEqual([]);
      } else expect([...now.entries.keys()].sort()).toEqual([...old.entries.keys()].sort());
    }
  });

  it('has signature and seal where they belong', async () => {
    const picture = renderPage((await made).issued);
    const inkIn = (rect: readonly number[], isInk: (c: readonly [number, number, number]) => boolean): number => {
      let ink = 0;
      for (let x = rect[0]!; x < rect[0]! + rect[2]!; x++) {
        for (let y = rect[1]!; y < rect[1]! + rect[3]!; y++) if (isInk(picture.at(x, picture.height - y))) ink++;
      }
      return ink;
    };
    const blue = ([r, g, b]: readonly [number, number, number]): boolean => b > 140 && r < 120 && g < 120;
    const red = ([r, g, b]: readonly [number, number, number]): boolean => r > 180 && g < 90 && b < 90;
    expect(inkIn(signatureRect, blue)).toBeGreaterThan(60);
    expect(inkIn(sealRect, red)).toBeGreaterThan(400);
    expect(inkIn([0, 0, 200, 400], red) + inkIn([0, 0, 200, 400], blue)).toBe(0);
  });
});

/** Values, not where they stand. */
function keysOf(key: string, value: unknown): unknown {
  if (key === 'start' || key === 'end') return undefined;
  return value instanceof Map ? [...value] : value;
}

describe('fields', () => {
  const input = buildPdf(plainObjects()).bytes;
  const reserved = joined(input, addReservedFields(memorySource(input), { number, date, font }, doors));
  const fill = (values: Record<string, string>): Uint8Array =>
    joined(reserved, addFieldValues(memorySource(reserved), values, doors));

  it.skipIf(!tools.pdftotext)('take every Vietnamese letter, also decomposed, and give it back in NFC', () => {
    const letters134 = [...DOCUMENT_CHARACTERS].filter(
      (c) => c > '\u00bf' && c < '\u2000' && c.toLowerCase() !== c.toUpperCase(),
    );
    expect(letters134).toHaveLength(134);
    for (const form of ['NFC', 'NFD'] as const) {
      for (let i = 0; i < letters134.length; i += 10) {
        const part = letters134.slice(i, i + 10).join('');
        expect(pdfText(fill({ ngay: part.normalize(form) })).normalize('NFC')).toContain(part);
      }
    }
  });

  it.each([
    [{ khac: 'x' }, 'pades.field-missing'],
    [{ so: '中' }, 'pades.no-glyph'],
    [{ so: '1234567890'.repeat(6) }, 'pades.value-too-long'],
  ])('refuse %j', (values, code) => {
    expect(() => fill(values as never)).toThrow(expect.objectContaining({ code }));
  });

  it('are not added twice', () => {
    expect(() => addReservedFields(memorySource(reserved), { number, font }, doors)).toThrow(
      expect.objectContaining({ code: 'pades.field-exists' }),
    );
  });

  it('are not added behind a signature, which could not tell them from a forgery; an empty signature field is', async () => {
    const signed = await signedPdf(input, leader);
    expect(() => addReservedFields(memorySource(signed), { number, font }, doors)).toThrow(
      expect.objectContaining({ code: 'pades.already-signed' }),
    );
    const more = { signatures: [{ name: 'CoQuan', page: 1, rect: sealRect }], font };
    expect(addReservedFields(memorySource(signed), more, doors).length).toBeGreaterThan(100);
  });

  it('cannot be changed once the seal locks them', async () => {
    const { issued } = await walk(input);
    expect(() => addFieldValues(memorySource(issued), { so: '9999' }, doors)).toThrow(
      expect.objectContaining({ code: 'pades.locked-by-certification' }),
    );
  });

  it.skipIf(!outside)('work without a deflate door', () => {
    const { inflate } = doors;
    const bare = joined(input, addReservedFields(memorySource(input), { number, font }, { inflate }));
    const filled = joined(bare, addFieldValues(memorySource(bare), { so: '07' }, { inflate }));
    expect(pdfText(filled)).toContain('07');
    expect(qpdfCheck(filled).status).toBe(0);
  });

  it.skipIf(!outside).each([90, 180, 270])('stand upright on a page turned by %i degrees', (rotate) => {
    const turned = buildPdf(plainObjects([`/Rotate ${rotate}/MediaBox[0 0 842 595]`])).bytes;
    const where = { page: 1, rect: [100, 300, 200, 30], size: 24 } as const;
    const empty = joined(turned, addReservedFields(memorySource(turned), { number: where, font }, doors));
    const filled = joined(empty, addFieldValues(memorySource(empty), { so: 'IIII' }, doors));
    const picture = renderPage(filled);
    const dark = (x: number, y: number): boolean => picture.at(x, picture.height - y)[0] < 128;
    // Upright strokes: at one height, ink comes and goes to the right; below and above the line there is none.
    const row = Array.from({ length: 40 }, (_, i) => dark(100 + i, 315));
    expect(row.filter((ink, i) => ink !== row[i - 1]).length).toBeGreaterThan(6);
    expect(Array.from({ length: 200 }, (_, i) => dark(100 + i, 303)).some(Boolean)).toBe(false);
  });
});

describe('an annex in its own file', () => {
  it.skipIf(!outside)('shows number, symbol and time top right on its first page, as black text', async () => {
    const input = buildPdf(plainObjects(['', ''])).bytes;
    const page = openPdf(memorySource(input), { inflate: doors.inflate, mode: 'strict' }).last.page(0);
    const lines = annexLines('2491/STC-NS', Date.UTC(2026, 10, 21, 2, 3, 4));
    const rect = placeAtCorner(page, 'top-right', { width: 200, height: 26 });
    const output = await signedPdf(input, seal, { appearance: { page: 1, rect, text: { lines, font, size: 10 } } });
    const text = pdfText(output).normalize('NFC');
    expect(text).toContain('Số: 2491/STC-NS');
    expect(text).toContain('Thời gian ký: 21-11-2026 09:03:04 +07:00');
    expect(pdfsig(output)).toMatchObject({ valid: 1 });
    expect(qpdfCheck(output).status).toBe(0);
  });
});
