import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { plus, rebuilt, renamed, withData, zip } from '@antin/testkit/attacks/zip';
import type { Change, Entry } from '@antin/testkit/attacks/zip';
import { bytesOf, codes, judge, LETTER, pki, short, sign } from '@antin/testkit/judging/containers';
import { letter, sign as signPdf } from '@antin/testkit/judging/documents';
import { docx } from '@antin/testkit/ooxml/packages';
import { beforeAll, describe, expect, it } from 'vitest';
import { signAsic } from '../asic/sign.ts';
import { openOoxml } from '../ooxml/package.ts';
import { signOoxml } from '../ooxml/sign.ts';
import { UnsupportedFile } from './validate.ts';

/** Two programs, two documents: by what an archive holds, by the name of a file. */
const TWO = 'indeterminate file.two-formats';
const MIMETYPE: Entry = { name: 'mimetype', data: 'application/vnd.etsi.asic-e+zip' };
const first =
  (...more: Entry[]): Change =>
  (entries) => [...more, ...entries];

let office: Uint8Array;
let container: Uint8Array;
beforeAll(async () => {
  const options = { door, level: 'XAdES-EPES', signingTime: pki.now } as const;
  office = bytesOf(await signOoxml(openOoxml(memorySource(docx()), { inflateRaw }), pki.signingKey('leader'), options));
  const files = [{ name: 'thư.docx', content: memorySource(office), mimeType: 'application/octet-stream' }];
  const how = { door, level: 'B-B', signingTime: pki.now } as const;
  container = bytesOf(await signAsic({ container: 'ASiC-E', files }, pki.signingKey('leader'), how));
});

describe('an archive that is an Office file and a container', () => {
  it('is neither "unsigned" nor signed: the honest twins stay what they are', () => {
    expect(short(judge(office))).toBe('valid');
    expect(judge(office).format).toBe('OOXML');
    expect(short(judge(container))).toBe('valid');
    expect(judge(container).format).toBe('ASiC-E');
    expect(short(judge(docx()))).toBe('unsigned');
  });

  it.each<[string, () => Uint8Array]>([
    ['a signed Office file with the mimetype of a container in front', () => rebuilt(office, first(MIMETYPE))],
    ['one with it behind', () => rebuilt(office, plus(MIMETYPE))],
    ['one with the signature of a container', () => rebuilt(office, plus({ name: 'META-INF/signatures.xml', data: '<a/>' }))],
    ['an unsigned one with the mimetype of a container', () => rebuilt(docx(), first(MIMETYPE))],
    ['an unsigned one with a manifest', () => rebuilt(docx(), plus({ name: 'META-INF/ASiCManifest1.xml', data: '<a/>' }))],
    ['a container with a list of content types', () => rebuilt(container, plus({ name: '[Content_Types].xml', data: '<a/>' }))],
    ['one in another case', () => rebuilt(container, plus({ name: '[content_types].XML', data: '<a/>' }))],
  ])('%s', (_, make) => {
    const report = judge(make());
    expect(report.verdict).not.toBe('valid');
    expect(report.verdict).not.toBe('unsigned');
    expect(codes(report)).toContain('file.two-formats');
  });

  it('is told so where every one of its signatures holds', async () => {
    const inside = rebuilt(docx(), (all) => all.map((one) => one));
    const files = entries(inside).map(({ name, data }) => ({ name, content: memorySource(data), mimeType: 'text/xml' }));
    const how = { door, level: 'B-B', signingTime: pki.now } as const;
    const both = bytesOf(await signAsic({ container: 'ASiC-E', files }, pki.signingKey('leader'), how));
    const report = judge(both);
    expect(report.signatures).toMatchObject([{ format: 'XAdES', indication: 'TOTAL_PASSED' }]);
    expect(short(report)).toBe(TWO);
  });

  it('is one too by the list of an OpenDocument file, which nobody signs', () => {
    const list = (type: string): Change =>
      withData(
        'META-INF/manifest.xml',
        `<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="${type}"/><m:file-entry m:full-path="thư.docx" m:media-type="x/y"/></m:manifest>`,
      );
    expect(short(judge(rebuilt(container, list('application/vnd.etsi.asic-e+zip'))))).toBe('valid');
    expect(short(judge(rebuilt(container, list('application/vnd.oasis.opendocument.text'))))).toBe(TWO);
  });

  it('in a folder of a container is a file of it', () => {
    expect(short(judge(rebuilt(container, plus({ name: 'a/[Content_Types].xml', data: 'x' }))))).toBe(
      'indeterminate asic.not-covered',
    );
    expect(() => judge(zip([{ name: 'a/[Content_Types].xml', data: 'x' }]))).toThrow(UnsupportedFile);
  });
});

function entries(bytes: Uint8Array): { name: string; data: Uint8Array }[] {
  const out: { name: string; data: Uint8Array }[] = [];
  rebuilt(bytes, (all) => {
    for (const one of all) out.push({ name: one.name as string, data: one.data as Uint8Array });
    return all;
  });
  return out;
}

describe('the name of a file', () => {
  it('that has programs run it keeps any format from passing', async () => {
    const pdf = await signPdf(letter(), { pki, by: 'leader' });
    for (const file of [pdf, office, container]) {
      expect(short(judge(file, { fileName: 'quyết định.pdf' }))).toBe('valid');
      expect(short(judge(file, { fileName: 'a.b/quyết định.HTML' }))).toBe('indeterminate file.active-name');
      expect(short(judge(file, { fileName: 'quyết định.svg' }))).toBe('indeterminate file.active-name');
    }
    expect(judge(docx(), { fileName: 'a.html' }).verdict).toBe('unsigned');
  });

  it('in ASiC-S with CAdES is signed by nobody, which is told; one that has programs run it does not pass', async () => {
    const cades = await sign('CAdES', 'ASiC-S');
    const report = judge(cades);
    expect([short(report), codes(report)]).toEqual(['valid', []]);
    expect(report.information).toMatchObject([{ code: 'asic.name-not-signed', about: LETTER }]);
    expect(report.signatures[0]?.covers).toEqual([{ kind: 'file', name: LETTER, intact: true, nameSigned: false }]);
    expect(short(judge(rebuilt(cades, renamed(LETTER, 'thư khác.txt'))))).toBe('valid');
    expect(short(judge(rebuilt(cades, renamed(LETTER, 'thư.html'))))).toBe('indeterminate asic.name-not-signed');
    for (const signed of [await sign('XAdES', 'ASiC-S'), await sign('CAdES', 'ASiC-E')]) {
      expect(judge(signed).information).toBeUndefined();
      expect(short(judge(rebuilt(signed, renamed(LETTER, 'thư.html'))))).toMatch(/^indeterminate SIGNED_DATA_NOT_FOUND/);
    }
  });
});
