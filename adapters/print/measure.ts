import { create } from 'fontkit';
import { tinosFile } from '../fonts/tinos.ts';

export type Style = 'regular' | 'bold' | 'italic' | 'boldItalic';

const FILES = { regular: '400Regular', bold: '700Bold', italic: '400Regular_Italic', boldItalic: '700Bold_Italic' } as const;

const opened = new Map<Style, { fontFile: Uint8Array; widths: Map<string, number>; font: ReturnType<typeof create> }>();

export function fontFor(style: Style): { fontFile: Uint8Array; widths: Map<string, number>; font: ReturnType<typeof create> } {
  let entry = opened.get(style);
  if (entry === undefined) {
    const fontFile = tinosFile(FILES[style]);
    entry = { fontFile, widths: new Map(), font: create(Buffer.from(fontFile)) };
    opened.set(style, entry);
  }
  return entry;
}

/** Width of one line in points, without kerning, as the page will draw it. */
export function textWidth(text: string, style: Style, size: number): number {
  const { widths, font } = fontFor(style);
  let width = 0;
  for (const character of text.normalize('NFC')) {
    let advance = widths.get(character);
    if (advance === undefined) {
      advance = font.glyphForCodePoint(character.codePointAt(0) as number).advanceWidth / font.unitsPerEm;
      widths.set(character, advance);
    }
    width += advance;
  }
  return width * size;
}

/**
 * Breaks a paragraph into lines no wider than `width`; the first line starts `indent` further right. A word that no line holds (a
 * digest, a long name) is broken where the line is full: what is drawn over the edge of its place is on no paper.
 */
export function breakLines(text: string, style: Style, size: number, width: number, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  const room = () => (lines.length === 0 ? width - indent : width);
  for (const whole of text.split(/\s+/)) {
    const candidate = line === '' ? whole : `${line} ${whole}`;
    if (textWidth(candidate, style, size) <= room()) {
      line = candidate;
      continue;
    }
    if (line !== '') lines.push(line);
    let word = whole;
    for (let head = fitting(word, style, size, room()); head.length < word.length; head = fitting(word, style, size, room())) {
      lines.push(head);
      word = word.slice(head.length);
    }
    line = word;
  }
  return [...lines, line];
}

function fitting(word: string, style: Style, size: number, room: number): string {
  let head = '';
  for (const character of word) {
    if (head !== '' && textWidth(head + character, style, size) > room) break;
    head += character;
  }
  return head;
}
