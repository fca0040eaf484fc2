import { describe, expect, it } from 'vitest';
import { tinos } from '@antin/testkit/pdf/signing';
import { FormatFault } from '../fault.ts';
import { readTrueType } from './font.ts';
import { subsetTrueType } from './subset.ts';

const file = tinos();
const font = readTrueType(file);

/** All letters of the Vietnamese alphabet with tone marks, lower and upper case, in NFC. */
const bases = ['a', 'ă', 'â', 'e', 'ê', 'i', 'o', 'ô', 'ơ', 'u', 'ư', 'y'];
const tones = ['', '\u0300', '\u0309', '\u0303', '\u0301', '\u0323'];
const accented = [...bases.flatMap((base) => tones.map((tone) => (base + tone).normalize('NFC'))), 'đ'].filter((c) => c > 'z');
const letters = [...accented, ...accented.map((c) => c.toUpperCase())];

describe('a Vietnamese font', () => {
  it('has a glyph for each of the 134 accented letters', () => {
    expect(letters).toHaveLength(134);
    expect(letters.every((letter) => [...letter].length === 1)).toBe(true);
    expect(letters.filter((letter) => font.glyphOf(letter.codePointAt(0)!) === 0)).toEqual([]);
    expect(font.glyphOf(0x4e2d)).toBe(0);
  });

  it('has the metrics of Times New Roman', () => {
    expect(font.postScriptName).toBe('Tinos-Regular');
    const width = (char: string): number =>
      Math.round((font.advanceOf(font.glyphOf(char.codePointAt(0)!)) * 1000) / font.unitsPerEm);
    expect([width('a'), width('W'), width('0'), width(' ')]).toEqual([444, 944, 500, 250]);
  });
});

describe('a subset', () => {
  const wanted = letters.map((letter) => font.glyphOf(letter.codePointAt(0)!));
  const { bytes, glyphs } = subsetTrueType(font, wanted);

  it('is small, keeps the widths and the shapes, and sums up', () => {
    expect(bytes.length).toBeLessThan(60_000);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let sum = 0;
    for (let at = 0; at < bytes.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
    expect(sum).toBe(0xb1b0afba);
    const count = view.getUint16(4);
    const tags = Array.from({ length: count }, (_, i) => String.fromCharCode(...bytes.subarray(12 + 16 * i, 16 + 16 * i)));
    expect(tags).toEqual(['glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp']);
    for (const glyph of wanted) expect(glyphs.has(glyph)).toBe(true);
  });

  it('is the same for the same characters', () => {
    expect(subsetTrueType(font, wanted).bytes).toEqual(bytes);
  });
});

it.each<[string, () => Uint8Array, string]>([
  ['an empty file', () => new Uint8Array(0), 'font.damaged'],
  ['a web font', () => Uint8Array.from(file).fill(0x77, 0, 4), 'font.unsupported'],
  ['half a font', () => file.subarray(0, 20_000), 'font.damaged'],
])('%s is refused', (_, make, code) => {
  let found = 'no fault';
  try {
    readTrueType(make());
  } catch (fault) {
    found = fault instanceof FormatFault ? fault.code : String(fault);
  }
  expect(found).toBe(code);
});
