import { expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { dataByName } from './data-by-name.ts';

const source = () => memorySource(new Uint8Array(1));

it('finds a file by the name that a signature gives, whatever the Unicode form and the folder', () => {
  const letter = source();
  const find = dataByName([
    { name: 'quyết định.txt', source: letter },
    { name: 'khác.txt', source: source() },
  ]);
  for (const name of [
    'quyết định.txt',
    './quyết định.txt',
    'hồ sơ/quyết định.txt',
    'hồ sơ\\quyết định.txt',
    'quyết định.txt'.normalize('NFD'),
  ]) {
    expect(find(name), name).toBe(letter);
  }
});

it('finds nothing by a name that fits none, two, or is none', () => {
  const find = dataByName([
    { name: 'a.txt', source: source() },
    { name: 'a.txt', source: source() },
    { name: 'b.txt', source: source() },
  ]);
  for (const name of ['a.txt', 'c.txt', '', 'b.txt/', '..']) expect(find(name), name).toBeUndefined();
});
