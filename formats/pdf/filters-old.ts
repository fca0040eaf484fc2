import { FormatFault } from '../fault.ts';

/** The filters of ISO 32000-2 §7.4.2-7.4.5 that carry text and vector content; all refuse damaged data. */

const isWhite = (b: number): boolean => b === 0 || b === 9 || b === 10 || b === 12 || b === 13 || b === 32;
const damaged = (what: string, at: number): FormatFault => new FormatFault('pdf.filter-damaged', `${what} data is damaged`, at);
const tooMuch = (maxBytes: number): FormatFault => new FormatFault('pdf.budget', `stream unfolds to more than ${maxBytes} bytes`);

export function decodeAsciiHex(data: Uint8Array): Uint8Array {
  const out = new Uint8Array((data.length >> 1) + 1);
  let size = 0;
  let high = -1;
  for (let i = 0; i < data.length; i++) {
    const b = data[i] as number;
    if (b === 0x3e) break;
    if (isWhite(b)) continue;
    const value = Number.parseInt(String.fromCharCode(b), 16);
    if (Number.isNaN(value)) throw damaged('ASCIIHexDecode', i);
    if (high < 0) high = value;
    else {
      out[size++] = high * 16 + value;
      high = -1;
    }
  }
  if (high >= 0) out[size++] = high * 16;
  return out.subarray(0, size);
}

export function decodeAscii85(data: Uint8Array, maxBytes: number): Uint8Array {
  const out: number[] = [];
  let group: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const b = data[i] as number;
    if (isWhite(b)) continue;
    if (b === 0x7e) break;
    if (out.length > maxBytes) throw tooMuch(maxBytes);
    if (b === 0x7a && group.length === 0) out.push(0, 0, 0, 0);
    else if (b < 0x21 || b > 0x75) throw damaged('ASCII85Decode', i);
    else {
      group.push(b - 0x21);
      if (group.length === 5) {
        pushGroup(out, group, 4, i);
        group = [];
      }
    }
  }
  if (group.length === 1) throw damaged('ASCII85Decode', data.length);
  if (group.length > 1) {
    const count = group.length - 1;
    while (group.length < 5) group.push(84);
    pushGroup(out, group, count, data.length);
  }
  return Uint8Array.from(out);
}

function pushGroup(out: number[], group: readonly number[], count: number, at: number): void {
  const value = group.reduce((sum, digit) => sum * 85 + digit, 0);
  if (value > 0xffffffff) throw damaged('ASCII85Decode', at);
  for (let i = 0; i < count; i++) out.push(Math.floor(value / 256 ** (3 - i)) & 0xff);
}

export function decodeRunLength(data: Uint8Array, maxBytes: number): Uint8Array {
  const parts: number[] = [];
  for (let i = 0; i < data.length;) {
    const n = data[i++] as number;
    if (n === 128) break;
    if (n < 128) {
      if (i + n + 1 > data.length) throw damaged('RunLengthDecode', i);
      for (let k = 0; k <= n; k++) parts.push(data[i++] as number);
    } else {
      const b = data[i++];
      if (b === undefined) throw damaged('RunLengthDecode', i);
      for (let k = 0; k < 257 - n; k++) parts.push(b);
    }
    if (parts.length > maxBytes) throw tooMuch(maxBytes);
  }
  return Uint8Array.from(parts);
}

export function decodeLzw(data: Uint8Array, earlyChange: number, maxBytes: number): Uint8Array {
  const out: number[] = [];
  let table: Uint8Array[] = [];
  let width = 9;
  let bits = 0;
  let word = 0;
  let previous: Uint8Array | undefined;
  for (let i = 0; i < data.length; i++) {
    word = ((word << 8) | (data[i] as number)) & 0xffffff;
    bits += 8;
    if (bits < width) continue;
    const code = (word >> (bits - width)) & ((1 << width) - 1);
    bits -= width;
    if (code === 257) break;
    if (code === 256) {
      table = [];
      width = 9;
      previous = undefined;
      continue;
    }
    const known = code < 256 ? Uint8Array.of(code) : table[code - 258];
    if (known === undefined && (previous === undefined || code !== table.length + 258)) throw damaged('LZWDecode', i);
    const entry = known ?? Uint8Array.of(...(previous as Uint8Array), (previous as Uint8Array)[0] as number);
    for (const b of entry) out.push(b);
    if (out.length > maxBytes) throw tooMuch(maxBytes);
    if (previous && table.length < 4096 - 258) {
      const longer = new Uint8Array(previous.length + 1);
      longer.set(previous);
      longer[previous.length] = entry[0] as number;
      table.push(longer);
    }
    previous = entry;
    const next = table.length + 258 + earlyChange;
    width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9;
  }
  return Uint8Array.from(out);
}
