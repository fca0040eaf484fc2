import { breakLines, textWidth } from '@antin/adapters/print/measure';
import type { Style } from '@antin/adapters/print/measure';
import type { Run } from '@antin/adapters/print/pages';

/**
 * The page of an official letter after Decree 30/2020 Appendix I: A4 portrait, margins 20/20/30/15 mm, Times metrics,
 * sizes as the appendix gives them. Number and date are left empty: the clerk's act fills them.
 */
export interface Letter {
  /** Superior body, lines parted by `\\n`; absent for the province itself. */
  readonly superior?: string;
  readonly agency: string;
  readonly notation: string;
  readonly place: string;
  /** công văn: `V/v …`; typed documents: `typeName` + summary in the middle. */
  readonly subject: string;
  readonly typeName?: string;
  readonly addressees: readonly string[];
  readonly paragraphs: readonly string[];
  readonly recipients: readonly string[];
  readonly signer: { readonly capacity?: string; readonly title: string; readonly fullName: string };
}

export type RectPoints = readonly [x: number, y: number, width: number, height: number];

export interface LaidOutLetter {
  readonly width: number;
  readonly height: number;
  readonly runs: readonly Run[];
  readonly rules: readonly { x1: number; x2: number; y: number }[];
  /** Where the empty fields and the leader's signature belong. */
  readonly places: { readonly number: RectPoints; readonly date: RectPoints; readonly signature: RectPoints };
}

const MM = 72 / 25.4;
const WIDTH = 595.28;
const HEIGHT = 841.89;
const LEFT = 30 * MM;
const RIGHT = WIDTH - 15 * MM;
const TOP = HEIGHT - 20 * MM;

export function layOut(letter: Letter): LaidOutLetter {
  const runs: Run[] = [];
  const rules: { x1: number; x2: number; y: number }[] = [];
  const leftCentre = LEFT + 82;
  const rightCentre = RIGHT - 142;
  const centred = (text: string, style: Style, size: number, centre: number, y: number): void => {
    runs.push({ text, style, size, x: centre - textWidth(text, style, size) / 2, y });
  };

  let leftY = TOP - 12;
  for (const [text, style] of headLines(letter)) {
    centred(text, style, 12.5, leftCentre, leftY);
    leftY -= 15;
  }
  rules.push({ x1: leftCentre - 32, x2: leftCentre + 32, y: leftY + 10 });
  centred('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'bold', 12.5, rightCentre, TOP - 12);
  centred('Độc lập - Tự do - Hạnh phúc', 'bold', 13.5, rightCentre, TOP - 28);
  const motto = textWidth('Độc lập - Tự do - Hạnh phúc', 'bold', 13.5);
  rules.push({ x1: rightCentre - motto / 2, x2: rightCentre + motto / 2, y: TOP - 33 });

  const rowY = Math.min(leftY - 8, TOP - 62);
  const label = 'Số: ';
  const gap = 34;
  const tail = `/${letter.notation}`;
  const numberLeft = leftCentre - (textWidth(label, 'regular', 13) + gap + textWidth(tail, 'regular', 13)) / 2;
  runs.push({ text: label, style: 'regular', size: 13, x: numberLeft, y: rowY });
  const numberX = numberLeft + textWidth(label, 'regular', 13);
  runs.push({ text: tail, style: 'regular', size: 13, x: numberX + gap, y: rowY });
  const place = `${letter.place}, `;
  const dateGap = 158;
  const dateLeft = rightCentre - (textWidth(place, 'italic', 13) + dateGap) / 2;
  runs.push({ text: place, style: 'italic', size: 13, x: dateLeft, y: rowY });
  const dateX = dateLeft + textWidth(place, 'italic', 13);

  let y = rowY - 16;
  if (letter.typeName === undefined) {
    for (const line of breakLines(`V/v ${letter.subject}`, 'regular', 12, 178, 0)) {
      centred(line, 'regular', 12, leftCentre, y);
      y -= 14;
    }
    y -= 20;
    y = addressees(letter, runs, y);
  } else {
    y -= 22;
    centred(letter.typeName.toUpperCase(), 'bold', 14, (LEFT + RIGHT) / 2, y);
    for (const line of breakLines(letter.subject, 'bold', 14, RIGHT - LEFT - 60, 0))
      centred(line, 'bold', 14, (LEFT + RIGHT) / 2, (y -= 18));
    y -= 24;
  }
  y = body(letter, runs, y);
  const signature = closing(letter, runs, y - 14, rightCentre);
  return {
    width: WIDTH,
    height: HEIGHT,
    runs,
    rules,
    places: { number: [numberX, rowY - 4, gap, 17], date: [dateX, rowY - 4, dateGap, 17], signature },
  };
}

function headLines(letter: Letter): [string, Style][] {
  const lines: [string, Style][] = [];
  if (letter.superior !== undefined) for (const line of split(letter.superior.toUpperCase())) lines.push([line, 'regular']);
  for (const line of split(letter.agency.toUpperCase())) lines.push([line, 'bold']);
  return lines;
}

function split(text: string): string[] {
  return text.split('\n').flatMap((line) => breakLines(line, 'bold', 12.5, 180, 0));
}

function addressees(letter: Letter, runs: Run[], from: number): number {
  let y = from;
  const label = 'Kính gửi:';
  const x = LEFT + 90;
  runs.push({
    text: letter.addressees.length === 1 ? `${label} ${letter.addressees[0] as string}.` : label,
    style: 'regular',
    size: 14,
    x,
    y,
  });
  if (letter.addressees.length > 1) {
    letter.addressees.forEach((name, i) => {
      y -= 19;
      runs.push({ text: `- ${name}${i + 1 === letter.addressees.length ? '.' : ';'}`, style: 'regular', size: 14, x: x + 64, y });
    });
  }
  return y - 28;
}

function body(letter: Letter, runs: Run[], from: number): number {
  const indent = 10 * MM;
  const width = RIGHT - LEFT;
  let y = from;
  for (const paragraph of letter.paragraphs) {
    const lines = breakLines(paragraph, 'regular', 13.5, width, indent);
    lines.forEach((line, i) => {
      const x = LEFT + (i === 0 ? indent : 0);
      const blanks = line.split(' ').length - 1;
      const slack = RIGHT - x - textWidth(line, 'regular', 13.5);
      const last = i === lines.length - 1;
      runs.push({
        text: line,
        style: 'regular',
        size: 13.5,
        x,
        y,
        ...(last || blanks === 0 ? {} : { wordSpacing: slack / blanks }),
      });
      y -= 18.5;
    });
    y -= 6;
  }
  return y;
}

function closing(letter: Letter, runs: Run[], from: number, centre: number): RectPoints {
  let y = from;
  runs.push({ text: 'Nơi nhận:', style: 'boldItalic', size: 12, x: LEFT, y });
  letter.recipients.forEach((line, i) => runs.push({ text: line, style: 'regular', size: 11, x: LEFT, y: from - 15 - i * 13.5 }));
  const titles = [
    ...(letter.signer.capacity === undefined ? [] : breakLines(letter.signer.capacity, 'bold', 13.5, 220, 0)),
    letter.signer.title,
  ];
  for (const line of titles) {
    const text = line.toUpperCase();
    runs.push({ text, style: 'bold', size: 13.5, x: centre - textWidth(text, 'bold', 13.5) / 2, y });
    y -= 17;
  }
  const nameY = y - 74;
  runs.push({
    text: letter.signer.fullName,
    style: 'bold',
    size: 13.5,
    x: centre - textWidth(letter.signer.fullName, 'bold', 13.5) / 2,
    y: nameY,
  });
  return [centre - 72, nameY + 14, 144, 60];
}
