import { describe, expect, it } from 'vitest';
import { coveredText, notationOf, proposeDate, proposeNumber, proposeSignature } from './propose.ts';
import { linesOf, type PageText, type TextPiece } from './text-lines.ts';

/** A page whose every character is 6 points wide. */
function page(...pieces: readonly [x: number, baseline: number, text: string][]): PageText {
  const made: TextPiece[] = pieces.map(([x, baseline, text]) => ({ x, baseline, text, width: text.length * 6, size: 13 }));
  return { width: 595, height: 842, lines: linesOf(made) };
}

describe('the place of the number', () => {
  it('is the gap between "Số:" and the printed notation, and only the number goes there', () => {
    const found = proposeNumber(page([100, 740, 'Số:          /STC-NS']));
    expect(found?.format).toBe('number');
    const [x, y, width, height] = found?.rect ?? [0, 0, 0, 0];
    expect(x).toBeGreaterThanOrEqual(100 + 3 * 6);
    expect(x + width).toBeLessThanOrEqual(100 + 13 * 6);
    expect(y).toBeLessThan(740);
    expect(y + height).toBeGreaterThan(740 + 9);
  });

  it('takes number and notation when nothing is printed, without reaching the right column', () => {
    const found = proposeNumber(page([100, 740, 'Số:'], [300, 740, 'Sơn Hà, ngày']));
    expect(found?.format).toBe('number-and-notation');
    expect((found?.rect[0] ?? 0) + (found?.rect[2] ?? 0)).toBeLessThan(300);
  });

  it('is not proposed from the middle of the letter', () => {
    expect(proposeNumber(page([100, 300, 'Số: 12/QĐ-UBND']))).toBeUndefined();
  });

  it('reads the notation that is already printed', () => {
    expect(notationOf(page([100, 740, 'Số: ....../QĐ-UBND']))).toBe('QĐ-UBND');
    expect(notationOf(page([100, 740, 'Số:'], [160, 740, '/STC-NS']))).toBe('STC-NS');
    expect(notationOf(page([100, 740, 'Số:']))).toBeUndefined();
  });
});

describe('the place of the date', () => {
  it('is the day alone when month and year are printed', () => {
    const found = proposeDate(page([300, 740, 'Sơn Hà, ngày      tháng 11 năm 2026']));
    expect(found?.format).toBe('day');
    const from = 300 + 'Sơn Hà, ngày'.length * 6;
    expect(found?.rect[0]).toBeGreaterThanOrEqual(from - 1);
    expect((found?.rect[0] ?? 0) + (found?.rect[2] ?? 0)).toBeLessThanOrEqual(from + 6 * 6 + 1);
  });

  it('is the whole date over dotted blanks', () => {
    expect(proposeDate(page([300, 740, 'Sơn Hà, ngày … tháng … năm …']))?.format).toBe('full');
  });

  it('goes after the comma when nothing but the place name is printed', () => {
    const found = proposeDate(page([300, 740, 'Sơn Hà,']));
    expect(found?.format).toBe('full');
    expect(found?.rect[0]).toBeGreaterThan(300 + 7 * 6);
  });

  it('is not proposed from a date inside the letter', () => {
    expect(proposeDate(page([100, 300, 'trước ngày 05 tháng 12 năm 2026']))).toBeUndefined();
  });
});

describe('the place of the signature', () => {
  it('is centred above the last line with the name of the signer', () => {
    const found = proposeSignature([page([350, 200, 'Trần Quốc Hùng'])], 'TRẦN QUỐC HÙNG');
    const [x, y, width] = found?.rect ?? [0, 0, 0, 0];
    expect(found?.page).toBe(1);
    expect(x + width / 2).toBeCloseTo(350 + (14 * 6) / 2, 0);
    expect(y).toBeGreaterThan(200);
  });

  it('is not guessed when the name is nowhere', () => {
    expect(proposeSignature([page([350, 200, 'Ai khác'])], 'Trần Quốc Hùng')).toBeUndefined();
  });
});

it('a box that covers printed words says which; dots and blanks do not count', () => {
  const text = page([300, 740, 'Sơn Hà, ngày ... tháng']);
  expect(coveredText(text, [300, 736, 45, 17])).toBe('Sơn Hà,');
  expect(coveredText(text, [300 + 13 * 6, 736, 18, 17])).toBe('');
  expect(coveredText(text, [300, 600, 45, 17])).toBe('');
});

it('pieces on one baseline make one line in reading order, columns far apart get a space', () => {
  const lines = linesOf([
    { text: 'B', x: 200, baseline: 700.5, width: 6, size: 12 },
    { text: 'A', x: 100, baseline: 700, width: 6, size: 12 },
    { text: 'C', x: 100, baseline: 680, width: 6, size: 12 },
  ]);
  expect(lines.map((line) => line.text)).toEqual(['A B', 'C']);
  expect(lines[0]?.edges).toEqual([100, 106, 200, 206]);
});
