import type { Inflate } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { openPdf } from '@antin/formats/pdf/file';
import { readPng } from '@antin/formats/png/read';
import { allowed, refused, type Decision } from '@antin/adapters/http/refusal';
import type { NeedsPaper } from '@antin/protocol/office/needs-papers';
import { activeContent } from '../documents/active-content.ts';

export type PaperType = NeedsPaper['mediaType'];

/**
 * What a scanned paper is, by its content alone; its name is only shown. Whole files: one that breaks off would be found out by
 * the issuer, days later.
 *
 * @returns refusal `needs.paper-empty`, `needs.paper-type`, `needs.paper-damaged`, `needs.paper-encrypted`, `needs.paper-active`
 */
export function paperType(bytes: Uint8Array, inflate: Inflate): Decision<PaperType> {
  if (bytes.length === 0) return refused('needs.paper-empty');
  if (begins(bytes, [0x25, 0x50, 0x44, 0x46, 0x2d])) return pdf(bytes, inflate);
  if (begins(bytes, [0xff, 0xd8, 0xff])) return wholeJpeg(bytes) ? allowed('image/jpeg') : refused('needs.paper-damaged');
  if (begins(bytes, [0x89, 0x50, 0x4e, 0x47])) {
    try {
      readPng(bytes);
      return allowed('image/png');
    } catch (fault) {
      // A scan may be larger, interlaced or deeper than a picture we would draw: its chunks are whole, and nobody unpacks it here.
      if (fault instanceof FormatFault)
        return fault.code === 'png.damaged' ? refused('needs.paper-damaged') : allowed('image/png');
      throw fault;
    }
  }
  return refused('needs.paper-type');
}

const begins = (bytes: Uint8Array, head: readonly number[]): boolean => head.every((byte, at) => bytes[at] === byte);

/**
 * A decision signed elsewhere is as good as a scan, and what a scanner writes carelessly is read; only what could run, or show
 * something else, is not taken.
 */
function pdf(bytes: Uint8Array, inflate: Inflate): Decision<PaperType> {
  try {
    const file = openPdf(memorySource(bytes), { inflate, mode: 'tolerant' });
    if (file.last.walkPages().next().done === true) return refused('needs.paper-damaged');
    return activeContent(file) === undefined ? allowed('application/pdf') : refused('needs.paper-active');
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    return refused(fault.code === 'pdf.encrypted' ? 'needs.paper-encrypted' : 'needs.paper-damaged');
  }
}

/** Segments from SOI to a scan, a size on the way, and an end of image behind it (ISO/IEC 10918-1 Annex B). */
function wholeJpeg(bytes: Uint8Array): boolean {
  let sized = false;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1]!;
    // Fill bytes before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (length < 2 || at + 2 + length > bytes.length) return false;
    // SOF0..SOF15, without the tables DHT, JPG and DAC among them.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const [height, width] = [(bytes[at + 5]! << 8) | bytes[at + 6]!, (bytes[at + 7]! << 8) | bytes[at + 8]!];
      if (length < 8 || height === 0 || width === 0) return false;
      sized = true;
    }
    if (marker === 0xda) return sized && endsImage(bytes, at + 2 + length);
    at += 2 + length;
  }
  return false;
}

function endsImage(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 2; at >= from; at -= 1) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}
