import { concatBytes, utf8 } from '../bytes/bytes.ts';
import { joinedSource } from '../bytes/joined-source.ts';
import type { ByteSource } from '../bytes/source.ts';
import { memorySource, readInPieces, sliceSource } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import { crc32 } from './crc32.ts';
import { nameKey, wrongName } from './names.ts';
import type { ZipEntry, ZipFile } from './reader.ts';

export interface NewEntry {
  readonly name: string;
  readonly content: ByteSource;
}

/** Limit of the format without ZIP64. */
const MAX_BYTES = 0xffffffff;

/**
 * An archive with these entries, in this order, all stored: content is read once for its CRC and again when the result is
 * read, so that large files are never in memory.
 *
 * @param at modification time of all entries, ms since 1970, written as UTC
 * @throws {FormatFault} `zip.name`, `zip.duplicate`, `zip.too-large`
 */
export function writeZip(entries: readonly NewEntry[], at: number): ByteSource {
  return finish([], entries, new Uint8Array(0), at);
}

/**
 * The same archive with entries replaced and added: all other records stay byte for byte, in their order; new ones come behind
 * them.
 *
 * @param removed names of entries that are left out
 * @throws {FormatFault} `zip.name`, `zip.duplicate`, `zip.too-large`
 */
export function updateZip(zip: ZipFile, entries: readonly NewEntry[], at: number, removed: readonly string[] = []): ByteSource {
  const replaced = new Set([...removed, ...entries.map((one) => one.name)]);
  const kept = zip.entries.filter((one) => !replaced.has(one.name)).map((one) => keptOf(zip, one));
  return finish(kept, entries, zip.comment, at);
}

/**
 * The same archive with entries replaced where they stand and new ones behind: other records stay byte for byte and in their
 * order, so that what must come first in the archive still does.
 *
 * @throws {FormatFault} `zip.name`, `zip.duplicate`, `zip.too-large`
 */
export function updateZipInPlace(zip: ZipFile, entries: readonly NewEntry[], at: number): ByteSource {
  const names = new Set(zip.entries.map((one) => one.name));
  const replacing = new Map(entries.map((one) => [one.name, one]));
  const now = zip.entries.map((one) => {
    const other = replacing.get(one.name);
    return other === undefined ? keptOf(zip, one) : stored(other, at);
  });
  const added = entries.filter((one) => !names.has(one.name));
  return finish(now, added, zip.comment, at);
}

function keptOf(zip: ZipFile, one: ZipEntry): Kept {
  return {
    name: one.name,
    record: sliceSource(zip.source, one.start, one.end - one.start),
    central: (offset) => patched(one.central, offset),
  };
}

interface Kept {
  readonly name: string;
  readonly record: ByteSource;
  readonly central: (offset: number) => Uint8Array;
}

function finish(kept: readonly Kept[], added: readonly NewEntry[], comment: Uint8Array, at: number): ByteSource {
  const names = new Set<string>();
  const parts: ByteSource[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, record, central } of [...kept, ...added.map((one) => stored(one, at))]) {
    const key = nameKey(name);
    if (names.has(key)) throw new FormatFault('zip.duplicate', `two entries have the name "${name}"`);
    names.add(key);
    parts.push(record);
    directory.push(central(offset));
    offset += record.size;
  }
  const central = concatBytes(...directory);
  if (offset + central.length > MAX_BYTES || names.size >= 0xffff) {
    throw new FormatFault('zip.too-large', 'the archive would need ZIP64');
  }
  const end = concatBytes(
    Uint8Array.of(0x50, 0x4b, 5, 6, 0, 0, 0, 0),
    u16(names.size),
    u16(names.size),
    u32(central.length),
    u32(offset),
    u16(comment.length),
    comment,
  );
  return joinedSource([...parts, memorySource(central), memorySource(end)]);
}

function stored({ name, content }: NewEntry, at: number): Kept {
  const why = wrongName(name);
  if (why !== undefined) throw new FormatFault('zip.name', `the name "${name}" ${why}`);
  if (content.size > MAX_BYTES) throw new FormatFault('zip.too-large', `"${name}" would need ZIP64`);
  let crc = 0;
  readInPieces(content, 0, content.size, (piece) => (crc = crc32(piece, crc)));
  const bytes = utf8(name);
  // Bit 11: the name is UTF-8. A plain name has no flag at all, as the mimetype entry must not.
  const flags = bytes.length === name.length ? 0 : 0x800;
  const shared = concatBytes(
    u16(20),
    u16(flags),
    u16(0),
    dosTime(at),
    u32(crc),
    u32(content.size),
    u32(content.size),
    u16(bytes.length),
  );
  const local = concatBytes(Uint8Array.of(0x50, 0x4b, 3, 4), shared, u16(0), bytes);
  const central = (offset: number) =>
    concatBytes(Uint8Array.of(0x50, 0x4b, 1, 2), u16(20), shared, new Uint8Array(12), u32(offset), bytes);
  return { name, record: joinedSource([memorySource(local), content]), central };
}

/** A central header with another offset of its record. */
function patched(central: Uint8Array, offset: number): Uint8Array {
  const out = central.slice();
  out.set(u32(offset), 42);
  return out;
}

/** MS-DOS time and date; the format begins in 1980 and counts in two seconds. */
function dosTime(milliseconds: number): Uint8Array {
  const date = new Date(Math.max(milliseconds, Date.UTC(1980, 0, 1)));
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  return concatBytes(u16(time), u16(day));
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}
