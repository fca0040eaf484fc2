import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { concatBytes, fromUtf8, utf8 } from '../bytes/bytes.ts';
import { joinedSource } from '../bytes/joined-source.ts';
import type { ByteSource } from '../bytes/source.ts';
import { memorySource } from '../bytes/source.ts';
import { crc32 } from './crc32.ts';
import { ZIP_BUDGET, openZip } from './reader.ts';
import type { ZipBudget } from './reader.ts';
import { updateZip, updateZipInPlace, writeZip } from './writer.ts';

const AT = Date.parse('2026-03-02T02:00:00Z');
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const all = (source: ByteSource) => source.read(0, source.size);
const entry = (name: string, text: string) => ({ name, content: memorySource(utf8(text)) });
const made = (...names: string[]) =>
  all(
    writeZip(
      names.map((name) => entry(name, `content of ${name}`)),
      AT,
    ),
  );
const open = (bytes: Uint8Array, budget?: ZipBudget) =>
  openZip(memorySource(bytes), { inflateRaw, ...(budget ? { budget } : {}) });
const folder = useFolder().path;

/** An archive put together by hand, so that every lie can be told. */
interface Piece {
  readonly name: string;
  readonly localName?: string;
  readonly data?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly crc?: number;
  readonly gapBefore?: Uint8Array;
  readonly descriptor?: boolean;
  readonly offset?: number;
}
const le = (value: number, bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff);

const NONE: Uint8Array = new Uint8Array(0);

function byHand(pieces: readonly Piece[], { comment = NONE, front = NONE } = {}): Uint8Array {
  const records: Uint8Array[] = [front];
  const directory: Uint8Array[] = [];
  let at = front.length;
  for (const piece of pieces) {
    const { name, data = utf8('x'), method = 0, descriptor = false, gapBefore = new Uint8Array(0) } = piece;
    const flags = piece.flags ?? (descriptor ? 8 : 0);
    const sums = concatBytes(le(piece.crc ?? crc32(data), 4), le(data.length, 4), le(piece.size ?? data.length, 4));
    const head = concatBytes(le(20, 2), le(flags, 2), le(method, 2), le(0, 4));
    const localName = utf8(piece.localName ?? name);
    const start = at + gapBefore.length;
    const local = concatBytes(
      le(0x04034b50, 4),
      head,
      descriptor ? le(0, 12) : sums,
      le(localName.length, 2),
      le(0, 2),
      localName,
      data,
    );
    records.push(gapBefore, local, descriptor ? concatBytes(le(0x08074b50, 4), sums) : new Uint8Array(0));
    at = records.reduce((sum, one) => sum + one.length, 0);
    const rest = concatBytes(le(utf8(name).length, 2), le(0, 12), le(piece.offset ?? start, 4), utf8(name));
    directory.push(concatBytes(le(0x02014b50, 4), le(20, 2), head, sums, rest));
  }
  const central = concatBytes(...directory);
  const counts = concatBytes(le(pieces.length, 2), le(pieces.length, 2));
  const end = concatBytes(le(0x06054b50, 4), le(0, 4), counts, le(central.length, 4), le(at, 4), le(comment.length, 2), comment);
  return concatBytes(...records, central, end);
}

describe('what is written', () => {
  const bytes = made('mimetype', 'Công văn số 1.pdf', 'META-INF/signatures.xml');

  it('is read back in order, byte for byte', () => {
    const zip = open(bytes);
    expect(zip.entries.map((one) => one.name)).toEqual(['mimetype', 'Công văn số 1.pdf', 'META-INF/signatures.xml']);
    expect(fromUtf8(all(zip.content(zip.entry('Công văn số 1.pdf')!)))).toBe('content of Công văn số 1.pdf');
    expect(fromUtf8(bytes.subarray(30, 57))).toBe('mimetypecontent of mimetype');
  });

  it.skipIf(spawnSync('unzip', ['-v']).error !== undefined)('is read by unzip', () => {
    const path = join(folder, 'ours.zip');
    writeFileSync(path, bytes);
    const { status, stdout } = spawnSync('unzip', ['-t', path], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringContaining('No errors detected')]);
  });

  it('replaces entries where they stand: what was first stays first, records of the others move as they are', () => {
    const before = open(made('first', 'second', 'third'));
    const after = open(all(updateZipInPlace(before, [entry('new', 'n'), entry('second', 'longer than it was')], AT)));
    expect(after.entries.map((one) => one.name)).toEqual(['first', 'second', 'third', 'new']);
    const record = ({ source, entry: of }: typeof after, name: string) => {
      const { start, end } = of(name)!;
      return all(source).slice(start, end);
    };
    for (const name of ['first', 'third']) expect(record(after, name)).toEqual(record(before, name));
    expect(fromUtf8(all(after.content(after.entry('second')!)))).toBe('longer than it was');
    expect(after.entry('third')!.start).toBeGreaterThan(before.entry('third')!.start);
  });

  it('keeps the records of the others when entries are replaced and added', () => {
    const before = open(bytes);
    const after = open(all(updateZip(before, [entry('META-INF/signatures.xml', 'new'), entry('META-INF/more.xml', 'more')], AT)));
    expect(after.entries.map((one) => one.name)).toEqual([
      'mimetype',
      'Công văn số 1.pdf',
      'META-INF/signatures.xml',
      'META-INF/more.xml',
    ]);
    const kept = before.entry('META-INF/signatures.xml')!.start;
    expect(all(after.source).subarray(0, kept)).toEqual(bytes.subarray(0, kept));
    expect(fromUtf8(all(after.content(after.entry('META-INF/signatures.xml')!)))).toBe('new');
  });

  it('never has a bad or a repeated name', () => {
    for (const bad of ['', '/a', 'a//b', '../a', 'a/./b', 'C:a', 'a\\b', 'a\u0000'])
      expect(() => made(bad)).toThrow(code('zip.name'));
    expect(() => made('a.txt', 'A.TXT')).toThrow(code('zip.duplicate'));
    expect(() => made('Số.pdf', 'Số.pdf'.normalize('NFD'))).toThrow(code('zip.duplicate'));
  });
});

describe('what others write is read', () => {
  it.skipIf(spawnSync('zip', ['-v']).error !== undefined)('zip, deflated and in a stream with data descriptors', () => {
    writeFileSync(join(folder, 'a.txt'), 'a'.repeat(5000));
    for (const args of [
      ['-q', 'z1.zip', 'a.txt'],
      ['-q', '-fd', 'z2.zip', 'a.txt'],
    ]) {
      expect(spawnSync('zip', args, { cwd: folder }).status).toBe(0);
      const zip = open(new Uint8Array(readFileSync(join(folder, args.at(-2)!))));
      expect(zip.entries).toMatchObject([{ name: 'a.txt', method: 'deflated', size: 5000 }]);
      expect(all(zip.content(zip.entries[0]!))).toEqual(utf8('a'.repeat(5000)));
    }
  });

  it('an honest archive made by hand, with and without a descriptor', () => {
    const data = utf8('y'.repeat(100));
    const deflated = new Uint8Array(deflateRawSync(data));
    const zip = open(
      byHand([
        { name: 'a' },
        { name: 'b', data: deflated, method: 8, size: 100, crc: crc32(data), descriptor: true },
        { name: 'c/', data: new Uint8Array(0) },
      ]),
    );
    expect(zip.entries.map((one) => one.folder)).toEqual([false, false, true]);
    expect(all(zip.content(zip.entry('b')!))).toEqual(data);
  });
});

describe('a hostile archive is refused', () => {
  const evil = concatBytes(le(0x04034b50, 4), utf8('hidden'));
  it.each<[string, Uint8Array, string]>([
    ['two entries of one name', byHand([{ name: 'a' }, { name: 'a' }]), 'zip.duplicate'],
    ['two names that differ in case', byHand([{ name: 'Letter.pdf' }, { name: 'letter.PDF' }]), 'zip.duplicate'],
    ['two names that differ in Unicode form', byHand([{ name: 'ế' }, { name: 'ế'.normalize('NFD') }]), 'zip.duplicate'],
    ['a file and a folder of one name', byHand([{ name: 'a' }, { name: 'a/', data: new Uint8Array(0) }]), 'zip.duplicate'],
    ['another name in the local header', byHand([{ name: 'a', localName: 'b' }]), 'zip.headers-differ'],
    ['one record under two names', byHand([{ name: 'a' }, { name: 'b', localName: 'b', offset: 0 }]), 'zip.headers-differ'],
    ['bytes before the archive', byHand([{ name: 'a' }], { front: utf8('MZ') }), 'zip.gap-or-overlap'],
    ['a record hidden in a gap', byHand([{ name: 'a' }, { name: 'b', gapBefore: evil }]), 'zip.gap-or-overlap'],
    ['a way out', byHand([{ name: '../a' }]), 'zip.name'],
    ['an absolute name', byHand([{ name: '/a' }]), 'zip.name'],
    ['a backslash', byHand([{ name: 'a\\b' }]), 'zip.name'],
    ['an encrypted entry', byHand([{ name: 'a', flags: 1 }]), 'zip.encrypted'],
    ['another method', byHand([{ name: 'a', method: 14 }]), 'zip.unsupported'],
    [
      'an end record in the comment',
      byHand([{ name: 'a' }], { comment: concatBytes(byHand([]), new Uint8Array(0)) }),
      'zip.damaged',
    ],
    ['bytes behind the end', concatBytes(byHand([{ name: 'a' }]), utf8('x')), 'zip.damaged'],
    ['nothing', new Uint8Array(0), 'zip.damaged'],
  ])('%s', (_, bytes, expected) => expect(() => open(bytes)).toThrow(code(expected)));

  it('by its content: a bomb, a wrong size, a wrong sum, bytes behind the deflated data', () => {
    const zeros = new Uint8Array(5 << 20);
    const bomb = new Uint8Array(deflateRawSync(zeros));
    const piece = { name: 'a', data: bomb, method: 8, crc: crc32(zeros) };
    expect(() => open(byHand([{ ...piece, size: zeros.length }]))).toThrow(code('zip.budget'));
    const liar = open(byHand([{ ...piece, size: 100 }]));
    expect(() => liar.content(liar.entries[0]!)).toThrow(code('inflate.budget'));
    const wrong = open(byHand([{ name: 'a', crc: 7 }]));
    expect(() => wrong.content(wrong.entries[0]!)).toThrow(code('zip.damaged'));
    const data = utf8('y'.repeat(50));
    const longer = concatBytes(new Uint8Array(deflateRawSync(data)), utf8('more'));
    const tail = open(byHand([{ name: 'a', data: longer, method: 8, size: 50, crc: crc32(data) }]));
    expect(() => tail.content(tail.entries[0]!)).toThrow(code('inflate.damaged'));
    expect(() => open(made('a', 'b'), { ...ZIP_BUDGET, entries: 1 })).toThrow(code('zip.too-many-entries'));
    expect(() => open(made('a', 'b'), { ...ZIP_BUDGET, totalBytes: 20 })).toThrow(code('zip.budget'));
  });

  it('or opens to the same content, whatever byte of its headers is flipped', () => {
    const bytes = made('a', 'b');
    const honest = ['content of a', 'content of b'];
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] as number) ^ 1;
      let seen: string[];
      try {
        const zip = open(flipped);
        seen = zip.entries.map((one) => fromUtf8(all(zip.content(one))));
      } catch (error) {
        expect((error as { code?: string }).code, `byte ${at}`).toMatch(/^(zip|inflate|bytes)\./);
        continue;
      }
      expect(seen, `byte ${at}`).toEqual(honest);
    }
  });
});

it('sources one behind the other read like one', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 }), fc.nat(60), fc.nat(60), (pieces, a, b) => {
      const whole = concatBytes(...pieces);
      const source = joinedSource(pieces.map(memorySource));
      const offset = Math.min(a, whole.length);
      const length = Math.min(b, whole.length - offset);
      expect(new Uint8Array(source.read(offset, length))).toEqual(whole.slice(offset, offset + length));
    }),
  );
});
