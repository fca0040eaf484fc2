import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileStore, type FileStore } from './store.ts';
import { fileSource } from './source.ts';

let folder: string;
let store: FileStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antin files '));
  store = openFileStore(join(folder, 'files'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* pieces(...all: Uint8Array[]) {
  yield* all;
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('bytes come back under their SHA-256, from memory, as a source and as a stream', async () => {
  const bytes = new Uint8Array(randomBytes(300_000));
  const stored = await store.put(pieces(bytes.subarray(0, 7), bytes.subarray(7)));
  expect(stored).toEqual({ sha256: sha256(bytes), size: bytes.length });
  expect(await store.bytes(stored.sha256)).toEqual(bytes);
  using source = store.source(stored.sha256);
  expect(source.read(299_990, 10)).toEqual(bytes.subarray(299_990));
  const { size, body } = await store.stream(stored.sha256);
  expect(size).toBe(bytes.length);
  expect(new Uint8Array(await new Response(body).arrayBuffer())).toEqual(bytes);
});

test('the same content twice is one file; folders are 0700 and files 0600', async () => {
  const one = await store.put(new TextEncoder().encode('công văn'));
  await store.put(new TextEncoder().encode('công văn'));
  const group = join(folder, 'files', one.sha256.slice(0, 2));
  expect(readdirSync(group)).toEqual([one.sha256]);
  expect(statSync(group).mode & 0o777).toBe(0o700);
  expect(statSync(join(group, one.sha256)).mode & 0o777).toBe(0o600);
});

test('a file past its limit, or whose sender goes away, leaves nothing', async () => {
  await expect(store.put(pieces(new Uint8Array(6), new Uint8Array(6)), { maxBytes: 10 })).rejects.toMatchObject({
    code: 'file.too-large',
  });
  async function* broken() {
    yield new Uint8Array(5);
    throw new Error('gone');
  }
  await expect(store.put(broken())).rejects.toThrow('gone');
  expect(readdirSync(join(folder, 'files'))).toEqual(['incoming']);
  expect(readdirSync(join(folder, 'files', 'incoming'))).toEqual([]);
});

test('a name that is not a digest never leaves the folder', () => {
  writeFileSync(join(folder, 'secret'), 'x');
  for (const name of ['../secret', '..%2fsecret', `${'a'.repeat(63)}/`, '']) {
    expect(() => store.source(name)).toThrow(expect.objectContaining({ code: 'file.not-found' }));
  }
});

test('a copy damaged on disk is replaced when the content comes again', async () => {
  const bytes = new Uint8Array(randomBytes(100));
  const { sha256: name } = await store.put(bytes);
  truncateSync(join(folder, 'files', name.slice(0, 2), name), 50);
  await store.put(bytes);
  expect(await store.bytes(name)).toEqual(bytes);
});

test('a source answers like memory at every offset, keeps earlier views, and survives removal of the file', () => {
  const bytes = new Uint8Array(randomBytes(400_000));
  const path = join(folder, 'plain');
  writeFileSync(path, bytes);
  using source = fileSource(path);
  unlinkSync(path);
  const early = source.read(10, 20);
  for (let offset = 0; offset < bytes.length; offset += 7919) {
    const length = Math.min(offset % 100_000, bytes.length - offset);
    expect(Buffer.compare(source.read(offset, length), bytes.subarray(offset, offset + length))).toBe(0);
  }
  expect(early).toEqual(bytes.subarray(10, 30));
  expect(() => source.read(bytes.length - 1, 2)).toThrow(expect.objectContaining({ code: 'bytes.out-of-range' }));
});

test('what a killed process left is cleared at the next start, what may still be written is not', () => {
  const incoming = join(folder, 'files', 'incoming');
  writeFileSync(join(incoming, 'old'), 'x');
  utimesSync(join(incoming, 'old'), 0, 0);
  writeFileSync(join(incoming, 'young'), 'x');
  openFileStore(join(folder, 'files'));
  expect(readdirSync(incoming)).toEqual(['young']);
});

test('what is removed is gone, what stands beside it stays, and removing twice is nothing', async () => {
  const [gone, kept] = [await store.put(Uint8Array.of(1)), await store.put(Uint8Array.of(2))];
  await store.remove(gone.sha256);
  await store.remove(gone.sha256);
  expect([await store.has(gone.sha256), await store.has(kept.sha256)]).toEqual([false, true]);
  // A name from outside never leaves the folder.
  expect(() => store.remove('../../etc/passwd')).toThrow('not the name of a stored file');
});
