import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { EmbeddedFont, stream, text } from './embedded-font.ts';
import type { LaidOutLetter } from './layout.ts';
import type { Style } from './measure.ts';

/** One page, classic cross-reference table, PDF 1.7: what an office suite would have printed. */
export function letterPdf(letter: LaidOutLetter, title: string): Uint8Array {
  const fonts = new Map<Style, EmbeddedFont>();
  const content = pageContent(letter, fonts);
  const styles = [...fonts.keys()];
  const FIRST_FONT = 6;
  const resources = styles.map((style, i) => `/${style} ${FIRST_FONT + i * 5} 0 R`).join(' ');
  const box = `[0 0 ${letter.width} ${letter.height}]`;
  const objects: Buffer[] = [
    text('<< /Type /Catalog /Pages 2 0 R /Lang (vi-VN) /ViewerPreferences << /DisplayDocTitle true >> >>'),
    text('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    text(`<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Contents 4 0 R /Resources << /Font << ${resources} >> >> >>`),
    stream('/Filter /FlateDecode', deflateSync(Buffer.from(content, 'latin1'))),
    text(`<< /Title <feff${utf16Hex(title)}> /Producer (Antin sample letters) >>`),
    ...styles.flatMap((style, i) => (fonts.get(style) as EmbeddedFont).objects(FIRST_FONT + i * 5)),
  ];
  return assemble(objects);
}

function pageContent(letter: LaidOutLetter, fonts: Map<Style, EmbeddedFont>): string {
  const lines: string[] = ['0 g 0 G 0.6 w'];
  for (const rule of letter.rules) lines.push(`${n(rule.x1)} ${n(rule.y)} m ${n(rule.x2)} ${n(rule.y)} l S`);
  for (const run of letter.runs) {
    const font = fonts.get(run.style) ?? new EmbeddedFont(run.style);
    fonts.set(run.style, font);
    lines.push(`BT /${run.style} ${n(run.size)} Tf 1 0 0 1 ${n(run.x)} ${n(run.y)} Tm`);
    // Tw does not act on two-byte codes, so a justified line is shown word by word.
    if (run.wordSpacing === undefined) lines.push(`<${font.encode(run.text)}> Tj`);
    else lines.push(`[${justified(run.text, font, (run.wordSpacing * 1000) / run.size)}] TJ`);
    lines.push('ET');
  }
  return lines.join('\n');
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
        `<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R /ID [<${id}> <${id}>] >>\nstartxref\n${at}\n%%EOF\n`,
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
