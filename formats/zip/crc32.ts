/**
 * The CRC of ZIP entries (ISO/IEC 13239, polynomial 0xEDB88320), running, eight bytes a step. It finds damage, never an attack.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24);
    crc =
      at(T7, crc & 0xff) ^
      at(T6, (crc >>> 8) & 0xff) ^
      at(T5, (crc >>> 16) & 0xff) ^
      at(T4, crc >>> 24) ^
      at(T3, at(bytes, i + 4)) ^
      at(T2, at(bytes, i + 5)) ^
      at(T1, at(bytes, i + 6)) ^
      at(T0, at(bytes, i + 7));
  }
  for (; i < bytes.length; i++) crc = at(T0, (crc ^ at(bytes, i)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function at(array: Uint8Array | Int32Array, index: number): number {
  return array[index] as number;
}

const T0 = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});
/** The same byte with one more zero byte behind it. */
const shifted = (table: Int32Array): Int32Array => table.map((c) => at(T0, c & 0xff) ^ (c >>> 8));
const T1 = shifted(T0);
const T2 = shifted(T1);
const T3 = shifted(T2);
const T4 = shifted(T3);
const T5 = shifted(T4);
const T6 = shifted(T5);
const T7 = shifted(T6);
