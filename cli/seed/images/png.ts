import { crc32, deflateSync } from 'node:zlib';
import type { AlphaPlane } from './raster.ts';

/**
 * One ink on transparent ground as an 8-bit RGBA PNG (ISO/IEC 15948) with its physical size, since Decree 30 wants the
 * seal in real size.
 */
export function inkPng(
  plane: AlphaPlane,
  ink: readonly [red: number, green: number, blue: number],
  pixelsPerMetre: number,
): Uint8Array {
  const rows = Buffer.alloc(plane.height * (1 + plane.width * 4));
  for (let y = 0; y < plane.height; y++) {
    for (let x = 0; x < plane.width; x++) {
      const alpha = Math.round((plane.alpha[y * plane.width + x] as number) * 255);
      const at = y * (1 + plane.width * 4) + 1 + x * 4;
      rows.set([ink[0], ink[1], ink[2], alpha], at);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(plane.width, 0);
  header.writeUInt32BE(plane.height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const size = Buffer.alloc(9);
  size.writeUInt32BE(pixelsPerMetre, 0);
  size.writeUInt32BE(pixelsPerMetre, 4);
  size[8] = 1;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('pHYs', size),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
