/**
 * A second, independent reader of DER for the imprint calculator: it shares no line with `formats/der`, so that both can only
 * agree by being right. Node's Buffer, recursion on demand, no budgets: tests only.
 */
export interface Tlv {
  readonly tag: number;
  readonly whole: Buffer;
  readonly value: Buffer;
}

export function readTlvs(bytes: Buffer): Tlv[] {
  const out: Tlv[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    let header = 2;
    let length = rest.readUInt8(1);
    if (length >= 128) {
      const count = length - 128;
      length = rest.readUIntBE(2, count);
      header += count;
    }
    const total = header + length;
    if (total > rest.length) throw new Error('a value leaves its container');
    out.push({ tag: rest.readUInt8(0), whole: rest.subarray(0, total), value: rest.subarray(header, total) });
    rest = rest.subarray(total);
  }
  return out;
}

export function only(bytes: Buffer): Tlv {
  const [first, ...more] = readTlvs(bytes);
  if (first === undefined || more.length > 0) throw new Error('exactly one value expected');
  return first;
}

/** Content octets of an OBJECT IDENTIFIER in hexadecimal: enough to compare. */
export function oidHex(tlv: Tlv | undefined): string {
  if (tlv?.tag !== 6) throw new Error('an object identifier expected');
  return tlv.value.toString('hex');
}
