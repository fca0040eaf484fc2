import { deflateSync } from 'node:zlib';

type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

/** An RGBA PNG painted by a function of the pixel's place. */
export function paintPng(width: number, height: number, pixel: (x: number, y: number) => Pixel): Uint8Array {
  const rows = new Uint8Array(height * (1 + 4 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(pixel(x, y), y * (1 + 4 * width) + 1 + 4 * x);
  }
  return pngOf(width, height, 6, rows);
}

/** A PNG from rows that carry their filter byte. */
export function pngOf(
  width: number,
  height: number,
  colorType: number,
  rows: Uint8Array,
  more: readonly Buffer[] = [],
): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colorType, 0, 0, 0], 8);
  const parts = [
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    ...more,
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

export function pngChunk(type: string, body: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  out.set(body, 8);
  let crc = 0xffffffff;
  for (const byte of out.subarray(4, 8 + body.length)) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 8 + body.length);
  return out;
}

/** A blue stroke on nothing, like a signature: transparent background, soft edges. */
export function signaturePicture(width = 360, height = 150): Uint8Array {
  return paintPng(width, height, (x, y) => {
    const t = (x / width) * Math.PI * 5;
    const middle = height / 2 + Math.sin(t) * height * 0.32 * (1 - (0.6 * x) / width) - ((x - width / 2) / width) * height * 0.3;
    const distance = Math.abs(y - middle) / (1 + Math.abs(Math.cos(t)) * 1.5);
    return [20, 40, 170, Math.max(0, Math.min(255, Math.round((4 - distance) * 120)))];
  });
}

/** A red ring with a star-like middle, transparent elsewhere. */
export function sealPicture(size = 300): Uint8Array {
  const centre = size / 2;
  return paintPng(size, size, (x, y) => {
    const [dx, dy] = [x - centre, y - centre];
    const radius = Math.hypot(dx, dy) / centre;
    const angle = Math.atan2(dy, dx);
    const star = 0.22 + 0.1 * Math.cos(5 * angle + Math.PI / 2);
    const ink = (radius > 0.92 && radius < 0.98) || (radius > 0.62 && radius < 0.65) || radius < star;
    return [210, 20, 30, ink ? 235 : 0];
  });
}
