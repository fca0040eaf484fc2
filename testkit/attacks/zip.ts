import { deflateRawSync } from 'node:zlib';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { concatBytes, fromUtf8, latin1, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { crc32 } from '@antin/formats/zip/crc32';
import { openZip } from '@antin/formats/zip/reader';

export interface Entry {
  readonly name: string | Uint8Array;
  readonly data: Uint8Array | string;
  readonly deflate?: true;
  readonly flags?: number;
  readonly method?: number;
  readonly extra?: Uint8Array;
  /** In the local header, where it differs from the central one. */
  readonly localName?: string;
  readonly localSize?: number;
  readonly crc?: number;
  readonly size?: number;
}

/** A ZIP by hand, so that anything can be wrong with it. */
export function zip(entries: readonly Entry[], more: { comment?: string; before?: string; between?: string } = {}): Uint8Array {
  const parts: Uint8Array[] = [latin1(more.before ?? '')];
  const central: Uint8Array[] = [];
  let at = parts[0]?.length ?? 0;
  for (const one of entries) {
    const name = typeof one.name === 'string' ? utf8(one.name) : one.name;
    const localName = one.localName === undefined ? name : utf8(one.localName);
    const data = typeof one.data === 'string' ? utf8(one.data) : one.data;
    const packed = one.deflate ? new Uint8Array(deflateRawSync(data)) : data;
    const method = one.method ?? (one.deflate ? 8 : 0);
    const flags = 0x800 | (one.flags ?? 0);
    const [crc, size, extra] = [one.crc ?? crc32(data), one.size ?? data.length, one.extra ?? new Uint8Array(0)];
    const common = (length: number, full: number, extraLength: number) =>
      concatBytes(
        u16(20),
        u16(flags),
        u16(method),
        u32(0x21 << 16),
        u32(crc),
        u32(packed.length),
        u32(full),
        u16(length),
        u16(extraLength),
      );
    const local = concatBytes(
      u32(0x04034b50),
      common(localName.length, one.localSize ?? size, extra.length),
      localName,
      extra,
      packed,
    );
    parts.push(local, latin1(more.between ?? ''));
    central.push(
      concatBytes(u32(0x02014b50), u16(20), common(name.length, size, 0), u16(0), u16(0), u16(0), u32(0), u32(at), name),
    );
    at += local.length + (more.between ?? '').length;
  }
  const directory = concatBytes(...central);
  const comment = latin1(more.comment ?? '');
  const count = u16(entries.length);
  return concatBytes(
    ...parts,
    directory,
    u32(0x06054b50),
    ...[u16(0), u16(0), count, count, u32(directory.length), u32(at), u16(comment.length), comment],
  );
}
const u16 = (n: number) => Uint8Array.of(n & 255, (n >> 8) & 255);
const u32 = (n: number) => concatBytes(u16(n & 0xffff), u16(n >>> 16));

export function entriesOf(bytes: Uint8Array): { name: string; data: Uint8Array }[] {
  const opened = openZip(memorySource(bytes), { inflateRaw });
  return opened.entries.map((one) => ({ name: one.name, data: opened.content(one).read(0, one.size) }));
}
export type Change = (entries: Entry[]) => Entry[];
export const rebuilt = (bytes: Uint8Array, change: Change, more = {}): Uint8Array => zip(change(entriesOf(bytes)), more);
export const withData = (name: string, data: Uint8Array | string) => (entries: Entry[]) =>
  entries.map((one) => (one.name === name ? { ...one, data } : one));
export const edited = (name: string | RegExp, edit: (text: string) => string) => (entries: Entry[]) =>
  entries.map((one) => {
    const fits = typeof name === 'string' ? one.name === name : name.test(one.name as string);
    return fits ? { ...one, data: utf8(edit(fromUtf8(one.data as Uint8Array))) } : one;
  });
export const renamed = (from: string, to: string) => (entries: Entry[]) =>
  entries.map((one) => (one.name === from ? { ...one, name: to } : one));
export const without = (name: string | RegExp) => (entries: Entry[]) =>
  entries.filter((one) => (typeof name === 'string' ? one.name !== name : !name.test(one.name as string)));
export const plus =
  (...more: Entry[]) =>
  (entries: Entry[]) => [...entries, ...more];
