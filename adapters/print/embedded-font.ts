import { deflateSync } from 'node:zlib';
import { fontFor, type Style } from './measure.ts';

const NAMES: Readonly<Record<Style, string>> = {
  regular: 'Tinos',
  bold: 'Tinos-Bold',
  italic: 'Tinos-Italic',
  boldItalic: 'Tinos-BoldItalic',
};

/** A subset of one style for one letter: glyph ids for its text, and the five objects that a PDF needs for it. */
export class EmbeddedFont {
  readonly #style: Style;
  readonly #ids = new Map<string, number>();
  readonly #subset;

  constructor(style: Style) {
    this.#style = style;
    this.#subset = fontFor(style).font.createSubset();
  }

  /** The text as the hexadecimal glyph string that `Tj` shows under Identity-H. */
  encode(text: string): string {
    let hex = '';
    for (const character of text.normalize('NFC')) hex += this.glyph(character).toString(16).padStart(4, '0');
    return hex;
  }

  glyph(character: string): number {
    let id = this.#ids.get(character);
    if (id === undefined) {
      id = this.#subset.includeGlyph(fontFor(this.#style).font.glyphForCodePoint(character.codePointAt(0) as number));
      this.#ids.set(character, id);
    }
    return id;
  }

  /** Objects numbered from `first`: Type0 font, descendant, descriptor, font file, ToUnicode. */
  objects(first: number): Buffer[] {
    const { font } = fontFor(this.#style);
    const em = (value: number): number => Math.round((value * 1000) / font.unitsPerEm);
    const name = `ANTINA+${NAMES[this.#style]}`;
    const file = deflateSync(this.#subset.encode());
    const widths = [...this.#ids].map(
      ([character, id]) => `${id} [${em(font.glyphForCodePoint(character.codePointAt(0) as number).advanceWidth)}]`,
    );
    const box = [font.bbox.minX, font.bbox.minY, font.bbox.maxX, font.bbox.maxY].map(em).join(' ');
    const italic = this.#style === 'italic' || this.#style === 'boldItalic';
    return [
      text(
        `<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /Identity-H /DescendantFonts [${first + 1} 0 R] /ToUnicode ${first + 4} 0 R >>`,
      ),
      text(
        `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> ` +
          `/FontDescriptor ${first + 2} 0 R /CIDToGIDMap /Identity /DW 500 /W [${widths.join(' ')}] >>`,
      ),
      text(
        `<< /Type /FontDescriptor /FontName /${name} /Flags ${italic ? 70 : 6} /FontBBox [${box}] /ItalicAngle ${font.italicAngle} ` +
          `/Ascent ${em(font.ascent)} /Descent ${em(font.descent)} /CapHeight ${em(font.capHeight)} /StemV 80 /FontFile2 ${first + 3} 0 R >>`,
      ),
      stream(`/Filter /FlateDecode /Length1 ${this.#subset.encode().length}`, file),
      stream('', Buffer.from(this.#toUnicode(), 'latin1')),
    ];
  }

  #toUnicode(): string {
    const rows = [...this.#ids].map(
      ([character, id]) =>
        `<${hex4(id)}> <${[...Buffer.from(character, 'utf16le').swap16()].map((b) => b.toString(16).padStart(2, '0')).join('')}>`,
    );
    const blocks: string[] = [];
    for (let i = 0; i < rows.length; i += 100) {
      const part = rows.slice(i, i + 100);
      blocks.push(`${part.length} beginbfchar\n${part.join('\n')}\nendbfchar`);
    }
    return (
      '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n' +
      '/CMapName /Adobe-Identity-UCS def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n' +
      `${blocks.join('\n')}\nendcmap CMapName currentdict /CMap defineresource pop end end`
    );
  }
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

export function text(body: string): Buffer {
  return Buffer.from(body, 'latin1');
}

export function stream(entries: string, bytes: Uint8Array): Buffer {
  return Buffer.concat([text(`<< ${entries} /Length ${bytes.length} >>\nstream\n`), bytes, text('\nendstream')]);
}
