import { equalBytes, indexOfBytes } from '../bytes/bytes.ts';
import type { ByteSource } from '../bytes/source.ts';
import { memorySource, readInPieces, sliceSource } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import { crc32 } from './crc32.ts';
import { nameKey, readEntryName } from './names.ts';

/**
 * The door to raw deflate (RFC 1951), which ZIP uses.
 *
 * @throws {FormatFault} `inflate.budget` when more than `maxOutput` bytes would come out, `inflate.damaged` otherwise
 */
export type InflateRaw = (deflated: Uint8Array, maxOutput: number) => Uint8Array;

export interface ZipBudget {
  readonly entries: number;
  /** Of one deflated entry: it is held in memory. A stored one is read in place. */
  readonly inflatedBytes: number;
  /** Of all entries together. */
  readonly totalBytes: number;
  /** Inflated to deflated bytes, of one entry and of all together, looked at from `ratioFrom` bytes on. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

export const ZIP_BUDGET: ZipBudget = {
  entries: 5000,
  inflatedBytes: 256 << 20,
  totalBytes: 4 * 1024 ** 3,
  ratio: 200,
  ratioFrom: 4 << 20,
};

export interface ZipEntry {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly folder: boolean;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Where its record begins, where its data begins, and where the record ends, data descriptor included. */
  readonly start: number;
  readonly dataStart: number;
  readonly end: number;
  /** Bytes of the extra field of its local header. */
  readonly localExtra: number;
  /** Its central header, verbatim. */
  readonly central: Uint8Array;
}

export interface ZipFile {
  readonly source: ByteSource;
  /** In the order of their records. */
  readonly entries: readonly ZipEntry[];
  readonly centralStart: number;
  readonly comment: Uint8Array;
  entry(name: string): ZipEntry | undefined;
  /** The content, checked against its CRC. @throws {FormatFault} `zip.damaged`, `inflate.*` */
  content(entry: ZipEntry): ByteSource;
}

/**
 * Opens a ZIP archive by its central directory, strictly: every reader must see the same entries with the same bytes, or it is
 * refused. Local headers say what the central ones say; records lie side by side from byte 0 without gaps (a reader of local
 * headers would find what hides there); no name stands twice, not even in another case or Unicode form.
 *
 * @throws {FormatFault} `zip.damaged`, `zip.unsupported`, `zip.encrypted`, `zip.name`, `zip.duplicate`, `zip.headers-differ`,
 *   `zip.gap-or-overlap`, `zip.too-many-entries`, `zip.budget`
 */
export function openZip(
  source: ByteSource,
  { inflateRaw, budget = ZIP_BUDGET }: { readonly inflateRaw: InflateRaw; readonly budget?: ZipBudget },
): ZipFile {
  const { count, centralStart, centralEnd, comment } = readEnd(source);
  if (count > budget.entries) throw new FormatFault('zip.too-many-entries', `more than ${budget.entries} entries`);
  const directory = source.read(centralStart, centralEnd - centralStart);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  let total = 0;
  let packed = 0;
  for (let i = 0; i < count; i++) {
    const [entry, length] = readEntry(source, directory, at, centralStart);
    at += length;
    const key = nameKey(entry.name.replace(/\/$/, ''));
    if (names.has(key)) throw new FormatFault('zip.duplicate', 'two entries have one name', entry.start);
    names.add(key);
    total += entry.size;
    packed += entry.compressedSize;
    if (total > budget.totalBytes) throw new FormatFault('zip.budget', `more than ${budget.totalBytes} bytes come out`);
    if (entry.size > budget.ratioFrom && entry.size > budget.ratio * entry.compressedSize) {
      throw new FormatFault('zip.budget', `more than ${budget.ratio} times its size comes out`, entry.start);
    }
    entries.push(entry);
  }
  // Many small ones are a bomb as well.
  if (total > budget.ratioFrom && total > budget.ratio * packed) {
    throw new FormatFault('zip.budget', `more than ${budget.ratio} times its size comes out`, centralStart);
  }
  if (at !== directory.length) throw new FormatFault('zip.damaged', 'bytes behind the last central header', centralStart + at);
  entries.sort((a, b) => a.start - b.start);
  let end = 0;
  for (const entry of entries) {
    if (entry.start !== end) throw new FormatFault('zip.gap-or-overlap', 'records do not lie side by side', entry.start);
    end = entry.end;
  }
  if (end !== centralStart) throw new FormatFault('zip.gap-or-overlap', 'bytes between the records and the directory', end);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return {
    source,
    entries,
    centralStart,
    comment,
    entry: (name) => byName.get(name),
    content: (entry) => contentOf(source, entry, inflateRaw, budget),
  };
}

const END = Uint8Array.of(0x50, 0x4b, 5, 6);
const END_BYTES = 22;

/** `end of central directory record` (APPNOTE 4.3.16): the one whose comment ends the file. */
function readEnd(source: ByteSource) {
  const tailStart = Math.max(0, source.size - END_BYTES - 0xffff);
  const tail = source.read(tailStart, source.size - tailStart);
  const fits: number[] = [];
  for (let at = indexOfBytes(tail, END); at >= 0; at = indexOfBytes(tail, END, at + 1)) {
    if (at + END_BYTES <= tail.length && at + END_BYTES + u16(tail, at + 20) === tail.length) fits.push(at);
  }
  const [at, more] = fits;
  if (at === undefined) throw new FormatFault('zip.damaged', 'no end of central directory', source.size);
  // A comment that looks like an end record: two readers would open two different archives.
  if (more !== undefined) throw new FormatFault('zip.damaged', 'two records could be the end of the directory', tailStart + at);
  const count = u16(tail, at + 10);
  const size = u32(tail, at + 12);
  const centralStart = u32(tail, at + 16);
  if (count === 0xffff || size === 0xffffffff || centralStart === 0xffffffff) {
    throw new FormatFault('zip.unsupported', 'ZIP64 archives are not read');
  }
  if (u16(tail, at + 4) !== 0 || u16(tail, at + 6) !== 0 || u16(tail, at + 8) !== count) {
    throw new FormatFault('zip.unsupported', 'archives in several parts are not read');
  }
  const centralEnd = tailStart + at;
  if (centralStart + size !== centralEnd)
    throw new FormatFault('zip.damaged', 'the directory is not where its end says', centralEnd);
  return { count, centralStart, centralEnd, comment: tail.slice(at + END_BYTES) };
}

/** A central header (APPNOTE 4.3.12) with its local one. @returns the entry and the length of its central header */
function readEntry(source: ByteSource, directory: Uint8Array, at: number, centralStart: number): [ZipEntry, number] {
  const place = centralStart + at;
  if (at + 46 > directory.length || u32(directory, at) !== 0x02014b50) {
    throw new FormatFault('zip.damaged', 'not a central header', place);
  }
  const length = 46 + u16(directory, at + 28) + u16(directory, at + 30) + u16(directory, at + 32);
  if (at + length > directory.length) throw new FormatFault('zip.damaged', 'a central header is cut off', place);
  const central = directory.slice(at, at + length);
  const nameBytes = central.subarray(46, 46 + u16(central, 28));
  const flags = u16(central, 8);
  const code = u16(central, 10);
  // Bit 0 encrypted, bit 6 strong encryption, bit 13 masked headers; bit 5 patched data.
  if ((flags & 0x2041) !== 0) throw new FormatFault('zip.encrypted', 'an entry is encrypted', place);
  if ((code !== 0 && code !== 8) || (flags & 0x20) !== 0) {
    throw new FormatFault('zip.unsupported', `compression method ${code}`, place);
  }
  const name = readEntryName(nameBytes, place);
  const compressedSize = u32(central, 20);
  const size = u32(central, 24);
  const start = u32(central, 42);
  const folder = name.endsWith('/');
  if ((code === 0 && size !== compressedSize) || (folder && size !== 0)) {
    throw new FormatFault('zip.damaged', 'the sizes of an entry contradict each other', place);
  }
  if (start + 30 > centralStart) throw new FormatFault('zip.damaged', 'a record lies outside the archive', place);
  const local = source.read(start, 30);
  const dataStart = start + 30 + u16(local, 26) + u16(local, 28);
  const dataEnd = dataStart + compressedSize;
  if (u32(local, 0) !== 0x04034b50 || dataEnd > centralStart) {
    throw new FormatFault('zip.damaged', 'not a local header, or its data leave the archive', start);
  }
  const localName = source.read(start + 30, u16(local, 26));
  const later = (flags & 8) !== 0;
  const same = (localAt: number, centralAt: number): boolean =>
    u32(local, localAt) === u32(central, centralAt) || (later && u32(local, localAt) === 0);
  const agree =
    equalBytes(localName, nameBytes) &&
    u16(local, 6) === flags &&
    u16(local, 8) === code &&
    same(14, 16) &&
    same(18, 20) &&
    same(22, 24);
  if (!agree) throw new FormatFault('zip.headers-differ', 'local and central header tell different things', start);
  const localExtra = source.read(start + 30 + nameBytes.length, u16(local, 28));
  for (const extra of [localExtra, central.subarray(46 + nameBytes.length, 46 + nameBytes.length + u16(central, 30))]) {
    if (renames(extra, nameBytes))
      throw new FormatFault('zip.headers-differ', 'an extra field gives an entry another name', start);
  }
  // Made by Unix (4.4.2): who unpacks it would get a way to another file in place of the content.
  if (central[5] === 3 && (u16(central, 40) & 0xf000) === 0xa000) {
    throw new FormatFault('zip.unsupported', 'an entry is a symbolic link', place);
  }
  return [
    {
      name,
      nameBytes,
      folder,
      method: code === 0 ? 'stored' : 'deflated',
      crc32: u32(central, 16),
      size,
      compressedSize,
      start,
      dataStart,
      end: later ? afterDescriptor(source, dataEnd, central, centralStart) : dataEnd,
      localExtra: u16(local, 28),
      central,
    },
    length,
  ];
}

const UNICODE_PATH = 0x7075;

/** Info-ZIP Unicode Path (APPNOTE 4.6.9): half of all programs show that name and not the one that signatures are about. */
function renames(extra: Uint8Array, nameBytes: Uint8Array): boolean {
  for (let at = 0; at + 4 <= extra.length; at += 4 + u16(extra, at + 2)) {
    if (u16(extra, at) !== UNICODE_PATH) continue;
    // Version and CRC of the plain name stand in front of it.
    if (!equalBytes(extra.subarray(at + 9, at + 4 + u16(extra, at + 2)), nameBytes)) return true;
  }
  return false;
}

/** `data descriptor` (APPNOTE 4.3.9), with or without its signature; it must repeat what the central header says. */
function afterDescriptor(source: ByteSource, at: number, central: Uint8Array, centralStart: number): number {
  for (const mark of [4, 0]) {
    if (at + mark + 12 > centralStart) continue;
    const bytes = source.read(at, mark + 12);
    if (mark === 4 && u32(bytes, 0) !== 0x08074b50) continue;
    if (equalBytes(bytes.subarray(mark), central.subarray(16, 28))) return at + mark + 12;
  }
  throw new FormatFault('zip.headers-differ', 'the data descriptor of an entry is missing or tells different things', at);
}

function contentOf(source: ByteSource, entry: ZipEntry, inflateRaw: InflateRaw, budget: ZipBudget): ByteSource {
  let content: ByteSource;
  if (entry.method === 'stored') content = sliceSource(source, entry.dataStart, entry.size);
  else {
    if (entry.size > budget.inflatedBytes)
      throw new FormatFault('zip.budget', `more than ${budget.inflatedBytes} bytes come out`);
    content = memorySource(inflateRaw(source.read(entry.dataStart, entry.compressedSize), entry.size));
  }
  let crc = 0;
  readInPieces(content, 0, content.size, (piece) => (crc = crc32(piece, crc)));
  if (content.size !== entry.size || crc !== entry.crc32) {
    throw new FormatFault('zip.damaged', 'the content of an entry is not what its header says', entry.dataStart);
  }
  return content;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
}
