import { describe, expect, it, beforeAll } from 'vitest';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { inShort, judgedXml } from '@antin/testkit/judging/xml';
import { doors } from '@antin/testkit/pdf/signing';
import { testPki } from '@antin/testkit/pki/test-pki';
import { sentenceFor } from '../../words/sentence.ts';
import { signXades } from '../../xades/sign.ts';
import { readPolicy } from '../policy-file.ts';

const pki = testPki();
const soon = pki.now + 1_800_000;
const { door } = doors;
const options = { door, level: 'B-B', signingTime: pki.now } as const;
const judge = (document: string) => judgedXml(document, pki, soon);

const signed = '<don Id="d1"><so>1 đồng</so></don>';
const forged = '<don><so>1000 đồng</so></don>';
const frame = `<hs xmlns="urn:vn">${signed}</hs>`;
let part: string;
let whole: string;
let around: string;
beforeAll(async () => {
  const key = pki.signingKey('leader');
  part = fromUtf8(await signXades({ packaging: 'enveloped', document: utf8(frame), target: 'd1' }, key, options));
  whole = fromUtf8(await signXades({ packaging: 'enveloped', document: utf8(frame) }, key, options));
  const objects = [{ content: utf8(frame), mimeType: 'text/xml', as: 'xml' }] as const;
  around = fromUtf8(await signXades({ packaging: 'enveloping', objects }, key, options));
});

/** Every attack changes something, or it attacks nothing. */
function attacked(document: string, ...changes: readonly (readonly [from: string, to: string])[]): string {
  let out = document;
  for (const [from, to] of changes) {
    expect(out).toContain(from);
    out = out.replace(from, () => to);
  }
  return out;
}

describe('the honest documents', () => {
  it('pass, and the report says what is signed', () => {
    const parts = judge(part);
    expect(inShort(parts)).toBe('valid');
    expect(parts.signatures).toMatchObject([
      { coverage: 'part', covers: [{ kind: 'element', name: '/hs/don', intact: true }], level: 'B-B' },
    ]);
    expect(parts.warnings.map((one) => one.code)).toContain('xml.part-signed');
    for (const [document, covers] of [
      [whole, [{ kind: 'document', name: 'whole document' }]],
      [around, [{ kind: 'element', name: '/ds:Signature/ds:Object[2]' }]],
    ] as const) {
      const report = judge(document);
      expect(inShort(report)).toBe('valid');
      expect(report.signatures).toMatchObject([{ coverage: 'file', covers }]);
      expect(sentenceFor(report, 'en').tone).toBe('good');
    }
  });

  it('of which only a part is signed are not praised whole', () => {
    const { heading, tone, answers } = sentenceFor(judge(part), 'vi');
    expect(tone).toBe('doubt');
    expect(heading).toBe(
      'Phần được ký của tệp (/hs/don) còn nguyên vẹn, do Nguyễn Văn An (ỦY BAN NHÂN DÂN TỈNH THỬ NGHIỆM) ký; không chữ ký nào xác nhận những gì nằm ngoài phần đó.',
    );
    expect(answers.changed.text).toContain('/hs/don');
    expect(sentenceFor(judge(part), 'en', { authorityChecked: true }).heading).toContain(
      'The signed part of this file (/hs/don)',
    );
  });
});

const UNSIGNED = 'indeterminate xml.unsigned-content';
const CLOSE = '</ds:Signature>';

describe('wrapping: the signed element is still there, and readers see another', () => {
  it.each<[string, string, (document: string) => string]>([
    [
      'moved to the end, a forged one in its place',
      UNSIGNED,
      (d) => attacked(d, [signed, forged], ['</hs>', `<x>${signed}</x></hs>`]),
    ],
    ['a forged sibling before it', UNSIGNED, (d) => attacked(d, [signed, forged + signed])],
    ['a forged sibling after it', UNSIGNED, (d) => attacked(d, [signed, signed + forged])],
    ['inside the forged one', UNSIGNED, (d) => attacked(d, [signed, forged.replace('</don>', `${signed}</don>`)])],
    [
      'in a new ds:Object of its signature',
      UNSIGNED,
      (d) => attacked(d, [signed, forged], [CLOSE, `<ds:Object xmlns="urn:vn">${signed}</ds:Object>${CLOSE}`]),
    ],
    [
      'among the unsigned properties, which are no data',
      'indeterminate SIGNED_DATA_NOT_FOUND xml.data-not-in-document',
      (d) =>
        attacked(
          d,
          [signed, forged],
          [
            '</xades:QualifyingProperties>',
            `<xades:UnsignedProperties><xades:UnsignedSignatureProperties xmlns="urn:vn">${signed}</xades:UnsignedSignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties>`,
          ],
        ),
    ],
    ['in a document around it', UNSIGNED, (d) => `<hs xmlns="urn:vn">${forged}${d}</hs>`],
    [
      'in KeyInfo',
      'indeterminate xml.unsigned-object',
      (d) => attacked(d, [signed, forged], ['</ds:KeyInfo>', `<x xmlns="urn:vn">${signed}</x></ds:KeyInfo>`]),
    ],
    [
      'in a second signature that is none',
      'invalid FORMAT_FAILURE xmldsig.damaged',
      (d) =>
        attacked(
          d,
          [signed, forged],
          [
            '</hs>',
            `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>${signed}</ds:Object></ds:Signature></hs>`,
          ],
        ),
    ],
    [
      'and a forged one of the same Id',
      'invalid FORMAT_FAILURE xmldsig.ambiguous-id',
      (d) => attacked(d, [signed, forged.replace('<don>', '<don Id="d1">') + signed]),
    ],
    [
      'and a forged one of the same ID, in other letters',
      'invalid FORMAT_FAILURE xmldsig.ambiguous-id',
      (d) => attacked(d, [signed, forged.replace('<don>', '<don ID="d1">') + signed]),
    ],
    [
      'and a forged one of the same xml:id',
      'invalid FORMAT_FAILURE xmldsig.ambiguous-id',
      (d) => attacked(d, [signed, signed + forged.replace('<don>', '<don xml:id="d1">')]),
    ],
    ['with text beside it', UNSIGNED, (d) => attacked(d, [signed, `Xin duyệt chi.${signed}`])],
    ['with text beside it in a CDATA section', UNSIGNED, (d) => attacked(d, [signed, `<![CDATA[Xin]]>${signed}`])],
    ['with an attribute on its frame', UNSIGNED, (d) => attacked(d, ['<hs ', '<hs tienTe="USD" '])],
    ['in another namespace', 'invalid HASH_FAILURE integrity.digest', (d) => attacked(d, ['urn:vn', 'urn:vm'])],
    [
      'gone, with its name on a forged one',
      'invalid HASH_FAILURE integrity.digest',
      (d) => attacked(d, [signed, forged.replace('<don>', '<don Id="d1">')]),
    ],
    ['gone', 'indeterminate SIGNED_DATA_NOT_FOUND xml.data-not-in-document', (d) => attacked(d, [signed, ''])],
  ])('%s: %s', (_, expected, change) => {
    const report = judge(change(part));
    expect(inShort(report)).toBe(expected);
    expect(report.verdict).not.toBe('valid');
  });

  it('a document that is signed whole cannot be wrapped', () => {
    expect(inShort(judge(`<x>${whole}</x>`))).toBe('invalid HASH_FAILURE integrity.digest');
    expect(inShort(judge(attacked(whole, [signed, signed + forged])))).toBe('invalid HASH_FAILURE integrity.digest');
    const hidden = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>${forged}</ds:Object></ds:Signature>`;
    expect(inShort(judge(attacked(whole, [signed, signed + hidden])))).toBe('invalid FORMAT_FAILURE xmldsig.damaged');
  });

  it('an enveloping signature takes no second object, and no foreign child', () => {
    expect(inShort(judge(attacked(around, [CLOSE, `<ds:Object>${forged}</ds:Object>${CLOSE}`])))).toBe(
      'indeterminate xml.unsigned-object',
    );
    const text = `<ds:Object>${forged}</ds:Object>`;
    expect(inShort(judge(attacked(around, ['<ds:KeyInfo>', `${text}<ds:KeyInfo>`])))).toBe('indeterminate xml.unsigned-object');
    expect(inShort(judge(attacked(around, [CLOSE, `${forged}${CLOSE}`])))).toBe(
      'invalid FORMAT_FAILURE xmldsig.unexpected-child',
    );
  });

  it('comments, instructions and white space around the signed element are no content', () => {
    expect(inShort(judge(attacked(part, [signed, `\n <!-- thư -->${signed}<?x y?>\n`])))).toBe('valid');
  });

  it('a policy may only warn of a frame that speaks: then it passes, and the heading still names the part alone', () => {
    const policy = readPolicy(utf8('{"name":"hoa-don","constraints":{"xml.unsigned-content":"warn"}}'));
    const wrapped = attacked(part, [signed, signed + forged]);
    const report = judgedXml(wrapped, pki, soon, { policy });
    expect(inShort(report)).toBe('valid');
    expect(report.warnings.map((one) => one.code)).toContain('xml.unsigned-content');
    const { tone, heading } = sentenceFor(report, 'en');
    expect(tone).toBe('doubt');
    expect(heading).toContain('The signed part of this file (/hs/don[1])');
    const object = attacked(around, [CLOSE, `<ds:Object>${forged}</ds:Object>${CLOSE}`]);
    expect(inShort(judgedXml(object, pki, soon, { policy }))).toBe('indeterminate xml.unsigned-object');
    expect(() => readPolicy(utf8('{"name":"x","constraints":{"xml.unsigned-content":"ignore"}}'))).toThrow('at least a warning');
  });
});
