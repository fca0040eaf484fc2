import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { latin1, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import { parseJson } from '@antin/formats/json/scan';
import { openPdf } from '@antin/formats/pdf/file';
import { canonicalize } from '@antin/formats/xml/canonicalize';
import { withXml } from '@antin/formats/xml/document';
import { openZip } from '@antin/formats/zip/reader';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { validate } from '@antin/signature/validation/validate';
import { describe, expect, it } from 'vitest';
import { contextOf, pdfOf } from '../judging/documents.ts';
import { testPki } from '../pki/test-pki.ts';
import { watched } from './watched.ts';

/** Inputs of up to 1 MB in the shapes that cost the most: depth, width, references in circles, things that swell. */
const MB = 1 << 20;
const repeated = (text: string, size = MB): Uint8Array => latin1(text.repeat(Math.ceil(size / text.length)).slice(0, size));
const page = '<< /Type /Catalog /Pages 2 0 R >>';
const kids = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';

const der: Record<string, Uint8Array> = {
  'sequences in sequences': repeated('\u0030\u0080'),
  'definite lengths in each other': (() => {
    let out = new Uint8Array(0);
    for (let i = 0; i < 4000; i++) {
      const length = out.length;
      const head =
        length < 128
          ? [0x30, length]
          : length < 65_536
            ? [0x30, 0x82, length >> 8, length & 255]
            : [0x30, 0x83, length >> 16, (length >> 8) & 255, length & 255];
      out = new Uint8Array([...head, ...out]);
    }
    return out;
  })(),
  'half a million empty values': new Uint8Array([0x30, 0x83, 0x0f, 0xff, 0xf8, ...repeated('\u0005\u0000', 0x0ffff8)]),
  'a length of four thousand million': new Uint8Array([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02]),
  'an identifier that never ends': new Uint8Array([0x06, 0x83, 0x0f, 0xff, 0xf0, ...new Uint8Array(0x0ffff0).fill(0xff)]),
};

const pdf: Record<string, Uint8Array> = {
  'arrays in arrays': pdfOf([page, kids, `<< /Type /Page /A ${'['.repeat(MB - 4000)} >>`]),
  'dictionaries in dictionaries': pdfOf([page, kids, `<< /Type /Page /A ${'<</B '.repeat(180_000)} >>`]),
  'strings that never end': pdfOf([page, kids, `<< /Type /Page /A ${'('.repeat(MB - 4000)} >>`]),
  'a page tree in a circle': pdfOf([
    page,
    '<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 9 >>',
    '<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 9 >>',
  ]),
  'a page tree that doubles': pdfOf([
    page,
    ...Array.from({ length: 60 }, (_, i) => `<< /Type /Pages /Kids [${i + 3} 0 R ${i + 3} 0 R] /Count 2 >>`),
    '<< /Type /Page /MediaBox [0 0 10 10] >>',
  ]),
  'references in a circle': pdfOf([page, kids, '<< /Type /Page /Contents 4 0 R >>', '5 0 R', '4 0 R']),
  'a stream that swells': (() => {
    const packed = Buffer.from(deflateSync(deflateSync(new Uint8Array(400 * MB)))).toString('latin1');
    const body = `<< /Length ${packed.length} /Filter [/FlateDecode /FlateDecode] >>\nstream\n${packed}\nendstream`;
    return pdfOf([page, kids, '<< /Type /Page /Contents 4 0 R >>', body]);
  })(),
  'tables one after another in a circle': latin1(
    `%PDF-1.7\n${'xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R/Prev 9>>\n'.repeat(900)}startxref\n9\n%%EOF\n`,
  ),
  'a table of two thousand million entries': latin1(
    '%PDF-1.7\nxref\n0 2000000000\n0000000000 65535 f \ntrailer\n<</Size 2000000000/Root 1 0 R>>\nstartxref\n9\n%%EOF\n',
  ),
  'a million ends of file': repeated('%PDF-1.7\nstartxref\n0\n%%EOF\n'),
};

const xml: Record<string, Uint8Array> = {
  'elements in elements': utf8('<a>'.repeat(300_000)),
  'elements in elements, closed': utf8(`${'<a>'.repeat(140_000)}${'</a>'.repeat(140_000)}`),
  'three hundred thousand children': utf8(`<r>${'<a/>'.repeat(260_000)}</r>`),
  'attributes without end': utf8(`<r ${Array.from({ length: 60_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`),
  'namespaces without end': utf8(`<r ${Array.from({ length: 40_000 }, (_, i) => `xmlns:n${i}="u:${i}"`).join(' ')}/>`),
  'five hundred namespaces over many elements': utf8(
    `<r ${Array.from({ length: 499 }, (_, i) => `xmlns:n${i}="u:${i}"`).join(' ')}>${'<a/>'.repeat(250_000)}</r>`,
  ),
  'as many namespaces in scope as are allowed': utf8(
    `<r ${Array.from({ length: 499 }, (_, i) => `xmlns:n${i}="u:${i}"`).join(' ')}>${'<a>chữ</a>'.repeat(1_300)}${'x'.repeat(990_000)}</r>`,
  ),
  'declarations at every element': utf8(
    `<r>${Array.from({ length: 19_000 }, (_, i) => `<a xmlns:n="u:${i}" n:b="1"/>`).join('')}</r>`,
  ),
  'many declarations at every depth': utf8(
    `${Array.from({ length: 180 }, (_, d) => `<a ${Array.from({ length: 100 }, (_n, i) => `xmlns:n${d}-${i}="u"`).join(' ')}>`).join('')}${'<b/>'.repeat(100_000)}${'</a>'.repeat(180)}`,
  ),
  'entities that swell': utf8(
    `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(900)}"><!ENTITY c "${'&b;'.repeat(900)}"><!ENTITY d "${'&c;'.repeat(900)}">]><a>&d;</a>`,
  ),
  'namespaces at every depth': utf8(
    `${Array.from({ length: 200 }, (_, i) => `<n${i}:a xmlns:n${i}="${'u'.repeat(2000)}${i}">`).join('')}`,
  ),
  'a comment that never ends': utf8(`<a><!--${'-'.repeat(MB - 20)}`),
};

const json: Record<string, Uint8Array> = {
  'arrays in arrays': repeated('['),
  'objects in objects': utf8('{"a":'.repeat(200_000)),
  'half a million values': utf8(`[${'1,'.repeat(500_000)}1]`),
  'a string of escapes': utf8(`"${'\\u0041'.repeat(170_000)}"`),
  'a number without end': utf8(`{"a":${'9'.repeat(MB - 10)}}`),
  'names that differ in one letter': utf8(`{${Array.from({ length: 55_000 }, (_, i) => `"${'x'.repeat(8)}${i}":1`).join(',')}}`),
};

function zipWith(entries: readonly { name: string; packed: Uint8Array; size: number; crc: number }[]): Uint8Array {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, packed, size, crc } of entries) {
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(crc, 14);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(size, 22);
    head.writeUInt16LE(name.length, 26);
    const row = Buffer.alloc(46);
    row.writeUInt32LE(0x02014b50, 0);
    head.copy(row, 6, 4, 30);
    row.writeUInt32LE(at, 42);
    central.push(row, Buffer.from(name));
    parts.push(head, Buffer.from(name), Buffer.from(packed));
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, directory, end]));
}

const zeros = new Uint8Array(300 * MB);
const bomb = { packed: new Uint8Array(deflateRawSync(zeros)), size: zeros.length, crc: crc32(zeros) };
const small = { packed: new Uint8Array(deflateRawSync(new Uint8Array(10))), size: 10, crc: crc32(new Uint8Array(10)) };
const zip: Record<string, Uint8Array> = {
  'a bomb': zipWith([{ name: 'a', ...bomb }]),
  'a bomb that says it is small': zipWith([{ name: 'a', ...bomb, size: 10 }]),
  'nine thousand entries': zipWith(Array.from({ length: 9_000 }, (_, i) => ({ name: `f${i}`, ...small }))),
  'ends without beginnings': repeated('PK\u0005\u0006'),
};

const readZip = (bytes: Uint8Array) => {
  const opened = openZip(memorySource(bytes), { inflateRaw: nodeInflateRaw });
  for (const entry of opened.entries) {
    const content = opened.content(entry);
    for (let at = 0; at < content.size; at += MB) content.read(at, Math.min(MB, content.size - at));
  }
};
const readPdf = (mode: 'strict' | 'tolerant') => (bytes: Uint8Array) => {
  const file = openPdf(memorySource(bytes), { inflate: nodeInflate, mode });
  for (const one of file.last.walkPages()) {
    const contents = file.last.resolve(one.dict.entries.get('Contents'));
    if (contents !== null && typeof contents === 'object' && contents.kind === 'stream')
      file.last.decodeStream(contents, 32 * MB);
  }
};
const readXml = (bytes: Uint8Array) =>
  withXml(bytes, (tree) => canonicalize(tree, 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'));

const pki = testPki();
const judge = (bytes: Uint8Array) => validate(memorySource(bytes), contextOf(pki, pki.now));

describe.each([
  ['DER', der, (b: Uint8Array) => decodeDer(b)],
  ['CMS', der, (b: Uint8Array) => parseSignedData(b)],
  ['PDF, strict', pdf, readPdf('strict')],
  ['PDF, tolerant', pdf, readPdf('tolerant')],
  ['XML', xml, readXml],
  ['JSON', json, (b: Uint8Array) => parseJson(b)],
  ['ZIP', zip, readZip],
  ['the judge', { ...pdf, ...xml, ...json, ...zip }, judge],
] as const)('%s', (name, shapes: Readonly<Record<string, Uint8Array>>, read) => {
  it.each(Object.keys(shapes))('%s: neither time nor memory runs away', (shape) => {
    const bytes = shapes[shape] as Uint8Array;
    expect(bytes.length).toBeLessThanOrEqual(MB + 4096);
    watched(read, bytes, `${name}: ${shape}`);
  });
});
