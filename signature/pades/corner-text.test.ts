import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { judged, letter, sign } from '@antin/testkit/judging/documents';
import { pdfText, renderPage, tools } from '@antin/testkit/pdf/outside';
import { doors, tinos } from '@antin/testkit/pdf/signing';
import { testPki } from '@antin/testkit/pki/test-pki';
import { annexLines, copyLines } from './appearance-text.ts';
import type { CornerTextOptions } from './corner-text.ts';
import { cornerText } from './corner-text.ts';

const pki = testPki();
const font = tinos();
const at = Date.UTC(2026, 10, 21, 2, 3, 4);
const place = (file: Uint8Array, lines: readonly string[], more: Partial<CornerTextOptions> = {}) =>
  cornerText(openPdf(memorySource(file), { inflate: doors.inflate, mode: 'strict' }).last, { lines, font, ...more });

const LONG = 'ỦY BAN NHÂN DÂN TỈNH THỪA THIÊN HUẾ – VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI CHI NHÁNH SỐ 12';

describe("an organisation's signature on annexes and copies", () => {
  it.each([
    ['SAO Y', copyLines('SAO Y', 'Sở Tài chính', at)],
    ['SAO LỤC', copyLines('SAO LỤC', LONG, at)],
    ['TRÍCH SAO', copyLines('TRÍCH SAO', 'Sở Tài chính', at)],
    ['2491/STC-NS', annexLines('2491/STC-NS', at)],
  ])('%s stands top right on the first page in black, 10 points, whatever its length', async (first, lines) => {
    const file = letter();
    const appearance = place(file, lines);
    const signed = await sign(file, { pki, by: 'seal', appearance });
    const [x, y, w, h] = appearance.rect;
    expect(appearance.page).toBe(1);
    expect(x + w).toBeCloseTo(595 - 28.35, 1);
    expect(y + h).toBeCloseTo(842 - 28.35, 1);
    expect(w).toBeLessThanOrEqual(199);
    expect(String.fromCharCode(...signed.subarray(file.length))).toMatch(/\/F 10 Tf/);
    expect(judged(signed, pki).verdict).toBe('valid');
    if (!tools.pdftotext || !tools.pdftoppm) return;
    const text = pdfText(signed).normalize('NFC').replace(/\s+/g, ' ');
    expect(text).toContain(first);
    for (const line of lines) expect(text).toContain(line.normalize('NFC'));
    const picture = renderPage(signed);
    let dark = 0;
    let coloured = 0;
    for (let px = x; px < x + w; px++) {
      for (let py = y; py < y + h; py++) {
        const [r, g, b] = picture.at(px, picture.height - py);
        if (r < 110) dark++;
        if (Math.max(r, g, b) - Math.min(r, g, b) > 12) coloured++;
      }
    }
    expect(dark).toBeGreaterThan(50);
    expect(coloured).toBe(0);
  });

  it('moves up where the letterhead comes near, so that nothing signed before is covered', async () => {
    const high = letter('CONG HOA XA HOI CHU NGHIA VIET NAM     x x x x x x x x x x x x x x x x x x');
    const text = new TextDecoder('latin1').decode(high).replace('72 720 Td', '72 770 Td');
    const file = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const first = await sign(file, { pki, by: 'leader' });
    const appearance = place(first, copyLines('SAO Y', 'Sở Tài chính', at));
    expect(appearance.rect[1]).toBeGreaterThan(770 + 0.95 * 14);
    expect(appearance.rect[1] + appearance.rect[3]).toBeLessThan(842 - 11);
    const copied = await sign(first, { pki, by: 'seal', when: pki.now + 1000, appearance });
    expect(judged(copied, pki).signatures.map(({ indication }) => indication)).toEqual(['TOTAL_PASSED', 'TOTAL_PASSED']);
  });

  it('stands at its usual place on a page that cannot be read', () => {
    const broken = new TextDecoder('latin1').decode(letter()).replace('BT /F1', '}} /F1');
    const { rect } = place(
      Uint8Array.from(broken, (c) => c.charCodeAt(0)),
      ['SAO Y'],
    );
    expect(rect[1] + rect[3]).toBeCloseTo(842 - 28.35, 1);
  });

  it('a word longer than the line is broken, not made smaller', () => {
    const { text, rect } = place(letter(), ['A'.repeat(60)]);
    expect(text!.lines.length).toBeGreaterThan(1);
    expect(text!.lines.join('')).toBe('A'.repeat(60));
    expect(rect[2]).toBeLessThan(200);
  });
});
