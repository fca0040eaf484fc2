import { describe, expect, it } from 'vitest';
import { inShort, judgedXml } from '@antin/testkit/judging/xml';
import { testPki } from '@antin/testkit/pki/test-pki';
import { ENVELOPED, EXCLUSIVE, reference, signatureByHand } from '@antin/testkit/xml/by-hand';
import { fillIn } from '@antin/testkit/xml/fill-in';
import { sentenceFor } from '../../words/sentence.ts';
import { readPolicy } from '../policy-file.ts';
import { utf8 } from '@antin/formats/bytes/bytes';

const pki = testPki();
const soon = pki.now + 1_800_000;
const judge = (document: string, more = {}) => {
  const report = judgedXml(document, pki, soon, more);
  expect(sentenceFor(report, 'vi').heading).not.toMatch(/bước kiểm tra "/);
  return inShort(report);
};
const make = (uri: string, id = '') =>
  fillIn(
    `<hs xmlns="urn:vn"${id}><so>1 đồng</so>${signatureByHand({ references: [reference(uri, ENVELOPED + EXCLUSIVE)] })}</hs>`,
    { pki, by: 'leader' },
  );
const whole = make('');
const byId = make('#root', ' Id="root"');
const frame = fillIn(`<f xmlns="urn:vn"><so Id="d">1 đồng</so>${signatureByHand({ references: [reference('#d')] })}</f>`, {
  pki,
  by: 'leader',
});
const FAKE = '<so xmlns="urn:vn">1000 đồng</so>';

function changed(document: string, from: string, to: string): string {
  expect(document).toContain(from);
  return document.replace(from, () => to);
}

it('the honest twins pass', () => {
  for (const document of [whole, byId, frame]) expect(judge(document)).toBe('valid');
});

describe('an element of the document that stands inside the signature', () => {
  const inside = (from: string, before: string, after = '') => changed(whole, from, `${before}${from}${after}`);
  const unsigned = (what: string) => `<xades:UnsignedProperties>${what}</xades:UnsignedProperties>`;
  it.each([
    ['KeyInfo', changed(whole, '<ds:KeyInfo>', `<ds:KeyInfo>${FAKE}`)],
    ['X509Data', changed(whole, '</ds:X509Data>', `${FAKE}</ds:X509Data>`)],
    ['an object in KeyInfo', changed(whole, '</ds:KeyInfo>', `<ds:Object>${FAKE}</ds:Object></ds:KeyInfo>`)],
    [
      'unsigned properties',
      inside(
        '</xades:QualifyingProperties>',
        unsigned(`<xades:UnsignedSignatureProperties>${FAKE}</xades:UnsignedSignatureProperties>`),
      ),
    ],
    [
      'unsigned properties of data',
      inside(
        '</xades:QualifyingProperties>',
        unsigned(
          `<xades:UnsignedDataObjectProperties><xades:UnsignedDataObjectProperty>${FAKE}</xades:UnsignedDataObjectProperty></xades:UnsignedDataObjectProperties>`,
        ),
      ),
    ],
    ['the frame of the properties', inside('</xades:QualifyingProperties>', FAKE)],
    [
      'an object that only calls itself properties',
      inside('</ds:Signature>', `<ds:Object><QualifyingProperties xmlns="urn:vn">${FAKE}</QualifyingProperties></ds:Object>`),
    ],
  ])('keeps the document from passing: in %s', (_, document) => {
    expect(judge(document)).toBe('indeterminate xml.unsigned-object');
  });

  it('what signatures are made of may stand there: names of keys, values of keys, evidence', () => {
    const key = '<ds:KeyName>k</ds:KeyName><KeyInfoReference xmlns="http://www.w3.org/2009/xmldsig11#" URI="#x"/>';
    expect(judge(changed(whole, '</ds:KeyInfo>', `${key}</ds:KeyInfo>`))).toBe('valid');
    const values = '<xades:CertificateValues/><TimeStampValidationData xmlns="http://uri.etsi.org/01903/v1.4.1#"/>';
    const own = unsigned(`<xades:UnsignedSignatureProperties>${values}</xades:UnsignedSignatureProperties>`);
    expect(judge(inside('</xades:QualifyingProperties>', own))).toBe('valid');
  });
});

it('a frame may say where its schema lies, and not that it is of another type or nil', () => {
  const framed = (attribute: string) =>
    judge(changed(frame, '<f ', `<f xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:${attribute} `));
  expect(framed('schemaLocation="urn:vn vn.xsd"')).toBe('valid');
  expect(framed('noNamespaceSchemaLocation="vn.xsd"')).toBe('valid');
  expect(framed('type="BanHuy"')).toBe('indeterminate xml.unsigned-content');
  expect(framed('nil="true"')).toBe('indeterminate xml.unsigned-content');
});

it('a comment in the middle of a text is told, because it may have come afterwards; one between elements is not', () => {
  const told = (to: string) => {
    const report = judgedXml(changed(whole, '<so>1 đồng</so>', to), pki, soon);
    expect(report.verdict).toBe('valid');
    return report.warnings.map((one) => one.code);
  };
  expect(told('<so>1<!-- 000 --> đồng</so>')).toEqual(['xml.comment-in-text']);
  expect(told('<!-- a --><so>1 <!-- 000 -->đồng</so>')).toEqual(['xml.comment-in-text']);
  expect(told('<!-- a --><so><!-- b -->1 đồng<!-- c --></so><!-- d -->')).toEqual([]);
});

describe('a processing instruction', () => {
  const STYLE = '<?xml-stylesheet type="text/xsl" href="data:text/xsl,khac"?>';
  const refused = 'indeterminate xml.unsigned-instruction';

  it('that nobody signed keeps the document from passing: a style sheet decides what is shown', () => {
    expect(judge(STYLE + byId)).toBe(refused);
    expect(judge(`<?xml version="1.0"?><!-- <? -->${STYLE}${byId}`)).toBe(refused);
    expect(judge(`${byId}${STYLE}`)).toBe(refused);
    expect(judge(STYLE + frame)).toBe(refused);
  });

  it('is no matter of policy', () => {
    const policy = readPolicy(utf8('{"name":"x","constraints":{"xml.unsigned-content":"warn"}}'));
    expect(judge(STYLE + byId, { policy })).toBe(refused);
  });

  it('that is signed with the document passes, and changes nothing else', () => {
    const document = `<?xml version="1.0"?>${STYLE}<hs xmlns="urn:vn"><so>1</so>${signatureByHand({
      references: [reference('', ENVELOPED + EXCLUSIVE)],
    })}</hs>`;
    const signed = fillIn(document, { pki, by: 'leader' });
    expect(judge(signed)).toBe('valid');
    expect(judge(changed(signed, 'khac', 'kia'))).toBe('invalid HASH_FAILURE integrity.digest');
    expect(judge(STYLE + whole)).toBe('invalid HASH_FAILURE integrity.digest');
    expect(judge(`<?xml version="1.0" encoding="UTF-8"?><!-- a -->${byId}`)).toBe('valid');
  });
});
