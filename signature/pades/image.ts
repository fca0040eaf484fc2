import type { Inflate } from '@antin/formats/bytes/source';
import type { PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import { pdfArray, pdfDict, pdfName, pdfString } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import type { Png } from '@antin/formats/png/read';
import { channelsOf, readPng, unpackPng } from '@antin/formats/png/read';

/** Zlib compression, where the caller has it; without it pictures are run-length encoded and fonts stored. */
export type Deflate = (bytes: Uint8Array) => Uint8Array;

export interface EmbeddedImage {
  readonly ref: PdfRef;
  readonly width: number;
  readonly height: number;
}

/**
 * A PNG as image XObject; transparency becomes a soft mask (ISO 32000-2 §11.6.5.2). Pictures without transparency keep their
 * compressed data as they are, because PDF knows PNG's own prediction (§7.4.4.4).
 *
 * @throws {FormatFault} `png.damaged`, `png.unsupported`, `png.budget`
 */
export function embedPng(update: PdfUpdate, bytes: Uint8Array, inflate: Inflate, deflate: Deflate | undefined): EmbeddedImage {
  const png = readPng(bytes);
  const { width, height } = png;
  const base = {
    Type: pdfName('XObject'),
    Subtype: pdfName('Image'),
    Width: width,
    Height: height,
    BitsPerComponent: png.bitDepth,
    ColorSpace: colorSpace(png),
  };
  const alpha = hasAlpha(png) ? splitAlpha(png, unpackPng(png, inflate)) : undefined;
  if (!alpha) {
    const parameters = { Predictor: 15, Colors: channelsOf(png), BitsPerComponent: png.bitDepth, Columns: width };
    const filter = { Filter: pdfName('FlateDecode'), DecodeParms: pdfDict(parameters) };
    return { ref: update.addStream({ ...base, ...filter }, png.deflated), width, height };
  }
  const mask = packed(alpha.alpha, deflate);
  const maskEntries = { ...base, ColorSpace: pdfName('DeviceGray'), BitsPerComponent: 8 };
  const smask = update.addStream({ ...maskEntries, Filter: pdfName(mask.filter) }, mask.data);
  const color = packed(alpha.color, deflate);
  const ref = update.addStream({ ...base, SMask: smask, Filter: pdfName(color.filter) }, color.data);
  return { ref, width, height };
}

function hasAlpha(png: Png): boolean {
  return (
    png.colorType === 4 || png.colorType === 6 || (png.colorType === 3 && png.transparency !== undefined && png.bitDepth === 8)
  );
}

function colorSpace(png: Png): PdfObject {
  if (png.colorType === 3) {
    const palette = png.palette ?? new Uint8Array(3);
    const last = Math.floor(palette.length / 3) - 1;
    return pdfArray([pdfName('Indexed'), pdfName('DeviceRGB'), Math.max(0, last), pdfString(palette, true)]);
  }
  return pdfName(png.colorType === 0 || png.colorType === 4 ? 'DeviceGray' : 'DeviceRGB');
}

function splitAlpha(png: Png, samples: Uint8Array): { color: Uint8Array; alpha: Uint8Array } {
  const pixels = png.width * png.height;
  const alpha = new Uint8Array(pixels);
  if (png.colorType === 3) {
    const table = png.transparency ?? new Uint8Array(0);
    for (let i = 0; i < pixels; i++) alpha[i] = table[samples[i] as number] ?? 255;
    return { color: samples, alpha };
  }
  const channels = channelsOf(png);
  const colors = channels - 1;
  const color = new Uint8Array(pixels * colors);
  for (let i = 0; i < pixels; i++) {
    const opacity = samples[i * channels + colors] as number;
    alpha[i] = opacity;
    // What is fully transparent has no colour: zeros pack better and hide nothing.
    if (opacity !== 0) for (let c = 0; c < colors; c++) color[i * colors + c] = samples[i * channels + c] as number;
  }
  return { color, alpha };
}

function packed(data: Uint8Array, deflate: Deflate | undefined): { filter: string; data: Uint8Array } {
  return deflate ? { filter: 'FlateDecode', data: deflate(data) } : { filter: 'RunLengthDecode', data: runLength(data) };
}

/** ISO 32000-2 §7.4.5: 0-127 copies that many plus one bytes, 129-255 repeats one byte 257 minus that many times. */
export function runLength(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + Math.ceil(data.length / 128) + 1);
  let size = 0;
  let literal = 0;
  const flush = (end: number): void => {
    while (literal < end) {
      const count = Math.min(128, end - literal);
      out[size++] = count - 1;
      out.set(data.subarray(literal, literal + count), size);
      size += count;
      literal += count;
    }
  };
  for (let i = 0; i < data.length;) {
    let run = 1;
    while (run < 128 && i + run < data.length && data[i + run] === data[i]) run++;
    // Two equal bytes cost as much either way.
    if (run >= 3) {
      flush(i);
      out[size++] = 257 - run;
      out[size++] = data[i] as number;
      literal = i + run;
    }
    i += run;
  }
  flush(data.length);
  out[size++] = 128;
  return out.subarray(0, size);
}
