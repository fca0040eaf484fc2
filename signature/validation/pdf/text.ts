import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { isString } from '@antin/formats/pdf/objects';
import type { PdfObject } from '@antin/formats/pdf/objects';

/** PDFDocEncoding where it differs from Latin-1 (ISO 32000-2 annex D.3). */
const PDF_DOC = new Map<number, number>(
  [
    [0x18, 0x02d8, 0x02c7, 0x02c6, 0x02d9, 0x02dd, 0x02db, 0x02da, 0x02dc],
    [
      0x80, 0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203a, 0x2212, 0x2030, 0x201e, 0x201c,
      0x201d,
    ],
    [
      0x8f, 0x2018, 0x2019, 0x201a, 0x2122, 0xfb01, 0xfb02, 0x0141, 0x0152, 0x0160, 0x0178, 0x017d, 0x0131, 0x0142, 0x0153,
      0x0161,
    ],
    [0x9e, 0x017e],
    [0xa0, 0x20ac],
  ].flatMap(([first, ...codes]) => codes.map((code, i): [number, number] => [(first as number) + i, code])),
);

/** A text string (ISO 32000-2 §7.9.2.2): UTF-16BE or UTF-8 by mark, else PDFDocEncoding. Never throws. */
export function textOf(value: PdfObject | undefined): string | undefined {
  if (!isString(value)) return undefined;
  const { bytes } = value;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16be(bytes.subarray(2));
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder('utf-8').decode(bytes.subarray(3));
  let out = '';
  for (const byte of bytes) out += String.fromCharCode(PDF_DOC.get(byte) ?? byte);
  return out;
}

export function utf16be(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i + 1 < bytes.length; i += 2)
    out += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
  return out;
}

/** NFC, white space runs as one blank, trimmed: how a shown value is held against a stored one. */
export function normalText(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** `D:YYYYMMDDHHmmSSOHH'mm` (ISO 32000-2 §7.9.4) as ms, or undefined. */
export function pdfDate(value: PdfObject | undefined): number | undefined {
  if (!isString(value)) return undefined;
  const match = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([-+Z])(?:(\d\d)'?(\d\d)?'?)?)?/.exec(fromLatin1(value.bytes));
  if (match === null) return undefined;
  const n = (i: number, otherwise: number): number => (match[i] === undefined ? otherwise : Number(match[i]));
  const utc = Date.UTC(n(1, 0), n(2, 1) - 1, n(3, 1), n(4, 0), n(5, 0), n(6, 0));
  const zone = (n(8, 0) * 60 + n(9, 0)) * 60_000;
  return match[7] === '-' ? utc + zone : utc - zone;
}
