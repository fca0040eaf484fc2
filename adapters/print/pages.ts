import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { EmbeddedFont, stream, text } from './embedded-font.ts';
import type { Style } from './measure.ts';

export interface Run {
  readonly text: string;
  readonly style: Style;
  readonly size: number;
  /** Points from the bottom-left corner: the beginning of the base line. */
  readonly x: number;
  readonly y: number;
  /** Extra space at each blank, for justified lines. */
  readonly wordSpacing?: number;
  /** Red, green, blue from 0 to 1; black when absent. */
  readonly colour?: Colour;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** A filled rectangle, drawn under all text. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: Colour;
}

export interface Page {
  readonly runs: readonly Run[];
  readonly rules: readonly { readonly x1: number; readonly x2: number; readonly y: number }[];
  readonly boxes?: readonly Box[];
}

export interface PrintedDocument {
  /** Points. */
  readonly width: number;
  readonly height: number;
  readonly pages: readonly Page[];
  readonly title: string;
  readonly producer: string;
  readonly language: string;
}

/** Pages of set text as PDF 1.7 with a classic cross-reference table and embedded subsets: what an office suite would print. */
export function printedPdf(document: PrintedDocument): Uint8Array {
  const fonts = new Map<Style, EmbeddedFont>();
  const contents = document.pages.map((page) => pageContent(page, fonts));
  const styles = [...fonts.keys()];
  const FIRST_PAGE = 4;
  const firstFont = FIRST_PAGE + contents.length * 2;
  const resources = styles.map((style, i) => `/${style} ${firstFont + i * 5} 0 R`).join(' ');
  const box = `[0 0 ${document.width} ${document.height}]`;
  const kids = contents.map((_, i) => `${FIRST_PAGE + i * 2} 0 R`).join(' ');
  const objects: Buffer[] = [
    text(`<< /Type /Catalog /Pages 2 0 R /Lang (${document.language}) /ViewerPreferences << /DisplayDocTitle true >> >>`),
    text(`<< /Type /Pages /Kids [${kids}] /Count ${contents.length} >>`),
    text(`<< /Title <feff${utf16Hex(document.title)}> /Producer <feff${utf16Hex(document.producer)}> >>`),
    ...contents.flatMap((content, i) => [
      text(
        `<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Contents ${FIRST_PAGE + i * 2 + 1} 0 R /Resources << /Font << ${resources} >> >> >>`,
      ),
      stream('/Filter /FlateDecode', deflateSync(Buffer.from(content, 'latin1'))),
    ]),
    ...styles.flatMap((style, i) => (fonts.get(style) as EmbeddedFont).objects(firstFont + i * 5)),
  ];
  return assemble(objects);
}

function pageContent(page: Page, fonts: Map<Style, EmbeddedFont>): string {
  const lines: string[] = [];
  for (const box of page.boxes ?? []) {
    lines.push(`${colour(box.colour)} rg ${n(box.x)} ${n(box.y)} ${n(box.width)} ${n(box.height)} re f`);
  }
  lines.push('0 g 0 G 0.6 w');
  for (const rule of page.rules) lines.push(`${n(rule.x1)} ${n(rule.y)} m ${n(rule.x2)} ${n(rule.y)} l S`);
  for (const run of page.runs) {
    const font = fonts.get(run.style) ?? new EmbeddedFont(run.style);
    fonts.set(run.style, font);
    lines.push(`${run.colour === undefined ? '0 g' : `${colour(run.colour)} rg`} BT /${run.style} ${n(run.size)} Tf`);
    lines.push(`1 0 0 1 ${n(run.x)} ${n(run.y)} Tm`);
    // Tw does not act on two-byte codes, so a justified line is shown word by word.
    if (run.wordSpacing === undefined) lines.push(`<${font.encode(run.text)}> Tj`);
    else lines.push(`[${justified(run.text, font, (run.wordSpacing * 1000) / run.size)}] TJ`);
    lines.push('ET');
  }
  return lines.join('\n');
}

function colour([red, green, blue]: Colour): string {
  return `${n(red)} ${n(green)} ${n(blue)}`;
}

function justified(line: string, font: EmbeddedFont, extra: number): string {
  return line
    .split(' ')
    .map((word, i) => (i === 0 ? `<${font.encode(word)}>` : `<${font.encode(' ')}> ${n(-extra)} <${font.encode(word)}>`))
    .join(' ');
}

function assemble(objects: readonly Buffer[]): Uint8Array {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const offsets: number[] = [];
  let at = (parts[0] as Buffer).length;
  objects.forEach((object, i) => {
    const whole = Buffer.concat([text(`${i + 1} 0 obj\n`), object, text('\nendobj\n')]);
    offsets.push(at);
    at += whole.length;
    parts.push(whole);
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const id = createHash('sha256').update(Buffer.concat(parts)).digest('hex').slice(0, 32);
  parts.push(
    text(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n` +
        `<< /Size ${objects.length + 1} /Root 1 0 R /Info 3 0 R /ID [<${id}> <${id}>] >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

function utf16Hex(value: string): string {
  return Buffer.from(value.normalize('NFC'), 'utf16le').swap16().toString('hex');
}

function n(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
