import { fromUtf8, latin1 } from '@antin/formats/bytes/bytes';
import type { PdfString } from '@antin/formats/pdf/objects';
import { pdfString } from '@antin/formats/pdf/objects';

/**
 * A text string (ISO 32000-2 §7.9.2.2): printable ASCII as it is, anything else in UTF-16BE with a byte-order mark, which
 * readers of every PDF version understand.
 */
export function textString(text: string): PdfString {
  if (/^[\x20-\x7e]*$/.test(text)) return pdfString(latin1(text));
  const nfc = text.normalize('NFC');
  const bytes = new Uint8Array(2 + 2 * nfc.length);
  bytes.set([0xfe, 0xff]);
  for (let i = 0; i < nfc.length; i++) {
    const unit = nfc.charCodeAt(i);
    bytes[2 + 2 * i] = unit >> 8;
    bytes[3 + 2 * i] = unit & 0xff;
  }
  return pdfString(bytes, true);
}

/** Code points of PDFDocEncoding 0x18-0x1f and 0x80-0xa0 (Annex D.3); the rest is Latin-1. */
const DOC_18 = '\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc';
const DOC_80 =
  '\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018\u2019\u201a\u2122\ufb01\ufb02\u0141\u0152\u0160\u0178\u017d\u0131\u0142\u0153\u0161\u017e\ufffd\u20ac';

/** UTF-16BE, UTF-8 (PDF 2.0) or PDFDocEncoding; broken UTF becomes U+FFFD, never a fault: names of others are only shown. */
export function readTextString(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    let out = '';
    for (let i = 2; i + 1 < bytes.length; i += 2)
      out += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
    return out;
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    try {
      return fromUtf8(bytes.subarray(3));
    } catch {
      return '\ufffd';
    }
  }
  let out = '';
  for (const b of bytes) {
    if (b >= 0x18 && b <= 0x1f) out += DOC_18.charAt(b - 0x18);
    else if (b >= 0x80 && b <= 0xa0) out += DOC_80.charAt(b - 0x80);
    else out += String.fromCharCode(b);
  }
  return out;
}

/** `D:YYYYMMDDHHmmSSZ` (§7.9.4), always UTC: a local time marked as UTC is the commonest fault in the field. */
export function pdfDate(milliseconds: number): PdfString {
  const second = Math.floor(milliseconds / 1000);
  if (second !== last?.second) last = { second, bytes: dateBytes(milliseconds) };
  return pdfString(last.bytes);
}

/** A batch is signed within few seconds: the text is made once for each. */
let last: { readonly second: number; readonly bytes: Uint8Array } | undefined;

function dateBytes(milliseconds: number): Uint8Array {
  const d = new Date(milliseconds);
  const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
  const day = String(d.getUTCFullYear()).padStart(4, '0') + two(d.getUTCMonth() + 1) + two(d.getUTCDate());
  return latin1(`D:${day}${two(d.getUTCHours())}${two(d.getUTCMinutes())}${two(d.getUTCSeconds())}Z`);
}
