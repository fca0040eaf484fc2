import { concatBytes } from '../bytes/bytes.ts';
import type { Inflate } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import { undoPng } from '../pdf/predictor.ts';

/** Header and stored data of a PNG (ISO/IEC 15948), pixels not yet unpacked. */
export interface Png {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 1 | 2 | 4 | 8;
  /** 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGB + alpha. */
  readonly colorType: 0 | 2 | 3 | 4 | 6;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  /** All IDAT data: one zlib stream. */
  readonly deflated: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** A signature picture of 4000 x 4000 is a scan nobody prepared; it also bounds what unpacking costs. */
const MAX_PIXELS = 16_000_000;
const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/** @throws {FormatFault} `png.damaged`, `png.unsupported` (interlaced, 16 bits a sample), `png.budget` */
export function readPng(bytes: Uint8Array): Png {
  if (SIGNATURE.some((b, i) => bytes[i] !== b)) throw new FormatFault('png.damaged', 'this is not a PNG', 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data: Uint8Array[] = [];
  let header: DataView | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw new FormatFault('png.damaged', 'the PNG is cut off', at);
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) throw new FormatFault('png.damaged', 'a PNG chunk leaves the file', at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes, at + 4, at + 8 + length) !== view.getUint32(at + 8 + length)) {
      throw new FormatFault('png.damaged', `the checksum of PNG chunk ${type} is wrong`, at);
    }
    if (type === 'IHDR') header = new DataView(body.buffer, body.byteOffset, body.byteLength);
    else if (type === 'PLTE') palette = body;
    else if (type === 'tRNS') transparency = body;
    else if (type === 'IDAT') data.push(body);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  if (!header || header.byteLength !== 13 || data.length === 0)
    throw new FormatFault('png.damaged', 'PNG without header or data');
  return {
    ...readHeader(header),
    palette,
    transparency,
    deflated: data.length === 1 ? (data[0] as Uint8Array) : concatBytes(...data),
  };
}

function readHeader(header: DataView): Pick<Png, 'width' | 'height' | 'bitDepth' | 'colorType'> {
  const width = header.getUint32(0);
  const height = header.getUint32(4);
  const bitDepth = header.getUint8(8);
  const colorType = header.getUint8(9);
  if (width === 0 || height === 0 || !(colorType in CHANNELS)) throw new FormatFault('png.damaged', 'impossible PNG header');
  if (width * height > MAX_PIXELS) throw new FormatFault('png.budget', `a picture of ${width} x ${height} is too large`);
  const plain = header.getUint8(10) === 0 && header.getUint8(11) === 0 && header.getUint8(12) === 0;
  const small = [1, 2, 4].includes(bitDepth) && (colorType === 0 || colorType === 3);
  if (!plain || (bitDepth !== 8 && !small)) {
    throw new FormatFault('png.unsupported', 'save the picture as PNG without interlacing, 8 bits a channel');
  }
  return { width, height, bitDepth: bitDepth as Png['bitDepth'], colorType: colorType as Png['colorType'] };
}

export function channelsOf(png: Png): number {
  return CHANNELS[png.colorType];
}

/** Samples row by row without filter bytes. @throws {FormatFault} `png.damaged` */
export function unpackPng(png: Png, inflate: Inflate): Uint8Array {
  const rowBytes = Math.ceil((png.width * channelsOf(png) * png.bitDepth) / 8);
  const expected = png.height * (rowBytes + 1);
  const filtered = inflate(png.deflated, expected);
  if (filtered.length !== expected) throw new FormatFault('png.damaged', 'the PNG has another number of rows than it says');
  return undoPng(filtered, Math.max(1, (channelsOf(png) * png.bitDepth) >> 3), rowBytes);
}

const CRC_TABLE = new Uint32Array(256);
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  CRC_TABLE[n] = c >>> 0;
}

function crc32(bytes: Uint8Array, start: number, end: number): number {
  let c = 0xffffffff;
  for (let i = start; i < end; i++) c = (CRC_TABLE[(c ^ (bytes[i] as number)) & 0xff] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
