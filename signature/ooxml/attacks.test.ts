import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { fromUtf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { checkOffice } from '@antin/testkit/ooxml/checking';
import type { Items } from '@antin/testkit/ooxml/packages';
import { bytesOf, packed, smallPackage, unpacked } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { openOoxml } from './package.ts';
import { signOoxml } from './sign.ts';

const pki = testPki();
const signer = pki.certificate('leader');
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const check = (items: Items) => checkOffice(packed(items), signer)[0]!;
const sign = async (items: Items) => {
  const file = openOoxml(memorySource(packed(items)), { inflateRaw });
  return unpacked(bytesOf(await signOoxml(file, pki.signingKey('leader'), { door, level: 'XAdES-EPES', signingTime: pki.now })));
};

let signed: Record<string, Uint8Array>;
/** The signed file with an item edited; an edit that changes nothing is a mistake of the test. */
const edited = (name: string, from: string | RegExp, to: string, base: Items = signed): Items => {
  const item = base[name]!;
  const before = typeof item === 'string' ? item : fromUtf8(item);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  return { ...base, [name]: after };
};
const relation = (id: string, type: string, target: string, more = '') =>
  `<Relationship Id="${id}" Type="${type.includes(':') ? type : `${OFFICE}/${type}`}" Target="${target}"${more}/></Relationships>`;
const RELS = 'word/_rels/document.xml.rels';
const SIGNATURE = '_xmlsignatures/sig1.xml';

beforeAll(async () => {
  signed = await sign(smallPackage('docx'));
});

describe('what was signed and changed', () => {
  it('a changed part, whatever it is', () => {
    for (const name of ['word/document.xml', 'word/styles.xml', 'word/media/image1.png']) {
      const bytes = signed[name]!.slice();
      bytes[bytes.length - 2]! ^= 1;
      const finding = check({ ...signed, [name]: bytes });
      expect(finding).toMatchObject({ intact: false, holds: false });
      expect(finding.manifest.filter((one) => one.status !== 'intact').map((one) => one.part?.name)).toEqual([`/${name}`]);
    }
  });

  it('a part taken out', () => {
    const { 'word/styles.xml': _, ...without } = signed;
    expect(check(without).manifest).toContainEqual(expect.objectContaining({ status: 'not-found' }));
  });

  it.each([
    ['the target of a relationship', 'styles.xml', 'media/image1.png'],
    ['an external target', 'https://example.vn/', 'https://example.org/'],
    ['a relationship turned outward', 'Target="styles.xml"', 'Target="styles.xml" TargetMode="External"'],
    ['the type of a relationship', '/styles"', '/numbering"'],
    ['the identifier of a relationship', 'Id="rId2"', 'Id="rId7"'],
  ])('%s', (_, from, to) => {
    const finding = check(edited(RELS, from, to));
    expect(finding.manifest.find((one) => one.uri.includes('document.xml.rels'))).toMatchObject({ status: 'changed' });
    expect(finding.holds).toBe(false);
  });

  it('a relationship taken out', () => {
    const finding = check(edited(RELS, /<Relationship Id="rId2"[^>]*>/, ''));
    expect(finding.manifest).toContainEqual(expect.objectContaining({ status: 'changed', code: 'ooxml.relationship-missing' }));
  });

  it('the content type of a part: the same bytes, another document', () => {
    const macro = 'application/vnd.ms-word.document.macroEnabled.main+xml';
    const types = edited('[Content_Types].xml', /application\/vnd[^"]*document\.main\+xml/, macro);
    expect(check(types).manifest).toContainEqual(
      expect.objectContaining({ status: 'changed', code: 'ooxml.content-type-differs' }),
    );
    expect(check(types).holds).toBe(false);
  });

  it('relationships in another order, and white space between them, are the same relationships', () => {
    const [, head, one, two, three, tail] = /^(.*?)(<Relationship [^>]*>)(<Relationship [^>]*>)(<Relationship [^>]*>)(.*)$/s.exec(
      fromUtf8(signed[RELS]!),
    )!;
    expect(check({ ...signed, [RELS]: `${head}\n  ${three}\n<!-- -->${one}\n${two}${tail}` })).toMatchObject({ holds: true });
  });
});

describe('what was added afterwards breaks no digest, and is seen', () => {
  it('a part with a relationship to it (content injection)', () => {
    const finding = check({
      ...edited(RELS, '</Relationships>', relation('rId99', 'aFChunk', 'more.xml')),
      'word/more.xml': '<a>phụ lục</a>',
    });
    expect(finding).toMatchObject({ intact: true, holds: false });
    expect(finding.coverage.missing).toEqual(['/word/more.xml', '/word/document.xml#rId99']);
  });

  it.each([
    ['a template from elsewhere', relation('rId99', 'attachedTemplate', 'https://example.org/a.dotm', ' TargetMode="External"')],
    ['a second font table', relation('rId99', 'fontTable', 'styles.xml')],
    ['properties elsewhere', relation('rId99', 'extended-properties', 'https://example.org/', ' TargetMode="External"')],
    ['properties that lead to content', relation('rId99', 'extended-properties', 'styles.xml')],
    ['properties that lead nowhere', relation('rId99', 'custom-properties', 'nowhere.xml')],
  ])('%s', (_, more) => {
    const finding = check(edited(RELS, '</Relationships>', more));
    expect(finding).toMatchObject({ intact: true, holds: false, coverage: { missing: ['/word/document.xml#rId99'] } });
  });

  it('a list of relationships where there was none', () => {
    const rels = fromUtf8(signed[RELS]!).replace(
      /<Relationship .*<\/Relationships>/s,
      relation('rId1', 'image', 'media/image1.png'),
    );
    const finding = check({ ...signed, 'word/_rels/styles.xml.rels': rels });
    expect(finding.coverage.missing).toEqual(['/word/styles.xml#rId1']);
  });

  it('a part to which nothing leads: repairing readers find it (malicious repair)', () => {
    expect(check({ ...signed, 'word/document2.xml': '<a/>' }).coverage.missing).toEqual(['/word/document2.xml']);
  });

  it('properties may be edited by whoever saves, but not become something else', () => {
    expect(check(edited('docProps/core.xml', 'Công văn', 'Khác'))).toMatchObject({ holds: true });
    const types = edited('[Content_Types].xml', /application\/vnd[^"]*core-properties\+xml/, 'application/xhtml+xml');
    expect(check(types).coverage.missing).toEqual(['/docProps/core.xml', '/#rId2']);
  });

  const data = '<so>12/QĐ-UBND</so>';
  const leadsTo = relation('rId99', 'customXml', '../customXml/item1.xml');

  it('custom data that nothing shows may come later', () => {
    const finding = check({ ...edited(RELS, '</Relationships>', leadsTo), 'customXml/item1.xml': data });
    expect(finding).toMatchObject({ holds: true });
    expect(finding.coverage.exempt.map((one) => one.why)).toContain('custom-data');
  });

  it('what Office itself never covers and does not show may be left out, and is named', () => {
    const people = 'application/vnd.openxmlformats-officedocument.wordprocessingml.people+xml';
    const type = 'http://schemas.microsoft.com/office/2011/relationships/people';
    const types = edited(
      '[Content_Types].xml',
      '</Types>',
      `<Override PartName="/word/people.xml" ContentType="${people}"/></Types>`,
    );
    const items = {
      ...edited(RELS, '</Relationships>', relation('rId99', type, 'people.xml'), types),
      'word/people.xml': '<a/>',
    };
    const { holds, coverage } = check(items);
    expect(holds).toBe(true);
    expect(coverage.exempt.filter((one) => one.why === 'editing-data').map((one) => one.what)).toEqual([
      '/word/people.xml',
      '/word/document.xml#rId99',
    ]);
    const other = edited(RELS, '</Relationships>', relation('rId99', type, 'media/image1.png'));
    expect(check(other).coverage.missing).toEqual(['/word/document.xml#rId99']);
  });

  it('custom data that a content control shows is content', async () => {
    const items = smallPackage('docx');
    const control = '<w:sdt><w:sdtPr><w:dataBinding w:xpath="/so"/></w:sdtPr></w:sdt><w:p>';
    const bound = await sign({ ...items, 'word/document.xml': String(items['word/document.xml']).replace('<w:p>', control) });
    const finding = check({ ...edited(RELS, '</Relationships>', leadsTo, bound), 'customXml/item1.xml': data });
    expect(finding.coverage.missing).toEqual(['/customXml/item1.xml', '/word/document.xml#rId99']);
  });
});

describe('the signature itself', () => {
  it.each([
    ['a changed digest in the manifest', /(document\.main\+xml".*?<DigestValue>)..../s, '$1AAAA'],
    ['a reference taken out of the manifest', /<Reference URI="\/word\/styles.*?<\/Reference>/s, ''],
    ['another purpose', '<SignatureComments>', '<SignatureComments>đã duyệt'],
    ['another time', '<mdssi:Value>2026', '<mdssi:Value>2025'],
    ['another signing time', '<xd:SigningTime>2026', '<xd:SigningTime>2025'],
    ['an attribute more in SignedInfo', '<Reference Type', '<Reference Id="a" Type'],
  ])('%s does not hold', (_, from, to) => {
    expect(check(edited(SIGNATURE, from, to))).toMatchObject({ intact: false, holds: false });
  });

  it.each([
    ['a manifest that SignedInfo does not name', /URI="#idPackageObject"/, 'URI="#idOfficeObject"'],
    [
      'two package objects',
      '<Object Id="idOfficeObject">',
      '<Object Id="idPackageObject"><Manifest/></Object><Object Id="idOfficeObject">',
    ],
    ['two manifests', '<Object Id="idOfficeObject">', '<Object><Manifest/></Object><Object Id="idOfficeObject">'],
    [
      'a transform that takes the manifest away',
      /(URI="#idPackageObject">)/,
      '$1<Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms>',
    ],
    ['a reference out of the signature', 'URI="#idOfficeObject"', 'URI="/word/document.xml?ContentType=a/b"'],
    ['a signature inside another document', /(<Signature .*<\/Signature>)/s, '<a Id="idPackageObject">$1</a>'],
    ['a signature beside a signature', '</Signature>', '<Signature Id="two"/></Signature>'],
  ])('%s is refused', (_, from, to) => {
    const code = expect.stringMatching(/^(ooxml\.signature|xmldsig\.[a-z-]+)$/) as string;
    expect(() => check(edited(SIGNATURE, from, to))).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('a reference that leaves the package is refused, never fetched', () => {
    const finding = check(edited(SIGNATURE, 'URI="/word/styles.xml', 'URI="https://example.org/styles.xml'));
    expect(finding.manifest).toContainEqual(expect.objectContaining({ status: 'refused', code: 'ooxml.reference' }));
    expect(finding.coverage.missing).toEqual(['/word/styles.xml']);
  });

  it('a transform of a part is refused', () => {
    const xslt = '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/></Transforms>';
    const finding = check(edited(SIGNATURE, /(<Reference URI="\/word\/styles[^>]*>)/, `$1${xslt}`));
    expect(finding.manifest).toContainEqual(expect.objectContaining({ status: 'refused', code: 'ooxml.transform' }));
  });

  it.each([
    ['hidden: nothing leads to it', '_xmlsignatures/_rels/origin.sigs.rels', /<Relationship .*<\/Relationship>/, ''],
    [
      'found through two origins',
      '_rels/.rels',
      '</Relationships>',
      relation('o', 'http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin', 'word/styles.xml'),
    ],
    [
      'found twice',
      '_xmlsignatures/_rels/origin.sigs.rels',
      '</Relationships>',
      relation('o', 'http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/signature', 'sig1.xml'),
    ],
  ])('%s: refused', (_, name, from, to) => {
    expect(() => check(edited(name, from, to))).toThrow(code('ooxml.origin'));
  });

  it('a signature of another file does not hold here', async () => {
    const other = await sign(smallPackage('xlsx'));
    const finding = check({ ...signed, [SIGNATURE]: other[SIGNATURE]! });
    expect(finding).toMatchObject({ intact: false, holds: false });
    expect(finding.coverage.missing).toContain('/word/document.xml');
  });
});
