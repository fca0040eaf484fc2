import { afterAll, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { inShort, judgedXml } from '@antin/testkit/judging/xml';
import { doors } from '@antin/testkit/pdf/signing';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { ENVELOPED, EXCLUSIVE, reference, signatureByHand, transform, x509 } from '@antin/testkit/xml/by-hand';
import type { ByHand } from '@antin/testkit/xml/by-hand';
import { fillIn } from '@antin/testkit/xml/fill-in';
import { sentenceFor } from '../../words/sentence.ts';
import { signXades } from '../../xades/sign.ts';
import type { ValidationReport } from '../types.ts';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
/** The same keys under other names: what certificate substitution needs. */
const twin = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    leader: { ...DEFAULT_PKI.entities['leader']!, subject: [['CN', 'Kẻ Mạo Danh']], serialHex: '4711' },
  },
});
const soon = pki.now + 1_800_000;
const judge = (document: string, more = {}) => {
  const report = judgedXml(document, pki, soon, more);
  answers.set(inShort(report), report);
  return report;
};
const DATA = '<so Id="d1">1 đồng</so>';
const make = (parts: ByHand, data = DATA, by = 'leader') =>
  fillIn(`<hs xmlns="urn:vn">${data}${signatureByHand(parts)}</hs>`, { pki, by });
const WHOLE = reference('', ENVELOPED + EXCLUSIVE);
const honest = (more: Partial<ByHand> = {}) => make({ references: [WHOLE], ...more });

function changed(document: string, from: string | RegExp, to: string): string {
  const out = document.replace(from, () => to);
  expect(out).not.toBe(document);
  return out;
}

const answers = new Map<string, ValidationReport>();
afterAll(() => {
  // Every outcome above has words of its own in both languages; none comes out as a bare code.
  for (const [short, report] of answers) {
    for (const language of ['vi', 'en'] as const) {
      const { heading } = sentenceFor(report, language);
      expect(heading, short).not.toMatch(/^.*(check|bước kiểm tra) "/);
    }
  }
});

it('the honest twin of all that follows passes at its level', () => {
  const report = judge(honest());
  expect(inShort(report)).toBe('valid');
  expect(report.signatures).toMatchObject([
    { format: 'XAdES', level: 'B-B', coverage: 'file', levelFailures: [], claimedSigningTime: '2026-03-02T02:00:00.000Z' },
  ]);
});

const FORMAT = 'invalid FORMAT_FAILURE';
const QUALIFYING = /<ds:Object><xades:QualifyingProperties[\s\S]*?<\/ds:Object>/;

describe('properties', () => {
  it('are those that are digested: a second set is refused wherever it stands', () => {
    const document = honest();
    const own = QUALIFYING.exec(document)![0];
    const spoof = own.replace('2026-03-02', '2020-03-02').replace('Id="p1"', 'Id="p2"');
    expect(inShort(judge(changed(document, own, spoof + own)))).toBe(`${FORMAT} xades.second-qualifying-properties`);
    expect(inShort(judge(changed(document, own, own + spoof)))).toBe(`${FORMAT} xades.second-qualifying-properties`);
    const same = own.replace('2026-03-02', '2020-03-02');
    expect(judge(changed(document, own, same + own)).verdict).toBe('invalid');
    expect(inShort(judge(changed(document, '2026-03-02T', '2020-03-02T')))).toBe('invalid HASH_FAILURE integrity.digest');
  });

  it('digested elsewhere are not shown as those of the signature', () => {
    const document = honest();
    const own = QUALIFYING.exec(document)![0];
    const spoof = own.replace('2026-03-02', '2020-03-02').replace('Id="p1"', 'Id="p2"');
    const aside = own.replace('<ds:Object>', '<ds:Object><x xmlns="">').replace('</ds:Object>', '</x></ds:Object>');
    const moved = judge(changed(document, own, spoof + aside));
    expect(inShort(moved)).toBe(`${FORMAT} xades.properties-elsewhere`);
    expect(moved.signatures[0]?.claimedSigningTime).toBeNull();
  });

  it('for another signature are refused', () => {
    expect(inShort(judge(honest({ target: '#s2' })))).toBe(`${FORMAT} xades.target-mismatch`);
    expect(inShort(judge(changed(honest(), 'Target="#s1"', 'Target=""')))).toBe(`${FORMAT} xades.target-mismatch`);
  });

  it('that no reference digests are refused, and so are two references', () => {
    expect(inShort(judge(honest({ propertiesReference: '' })))).toBe(`${FORMAT} xades.properties-not-signed`);
    const type = 'http://uri.etsi.org/01903#SignedProperties';
    const twice = reference('#p1', EXCLUSIVE, { type, id: 'rp' }) + reference('#p1', EXCLUSIVE, { type, id: 'rq' });
    expect(inShort(judge(honest({ propertiesReference: twice })))).toBe(`${FORMAT} xades.second-properties-reference`);
    const data = reference('#d1', EXCLUSIVE, { type, id: 'rp' });
    expect(inShort(judge(honest({ propertiesReference: data })))).toMatch(/^invalid FORMAT_FAILURE xades\./);
  });

  it('digested through their text alone are refused: their markup could be another', () => {
    const text = reference('#p1', transform('http://www.w3.org/2000/09/xmldsig#base64'), {
      type: 'http://uri.etsi.org/01903#SignedProperties',
      id: 'rp',
    });
    expect(inShort(judge(honest({ propertiesReference: text })))).toBe(`${FORMAT} xades.properties-transform`);
  });

  it('with a comment in a value are read whole', () => {
    const report = judge(changed(honest(), '2026-03-02T02:00:00Z', '2026-03-02T02:0<!-- cut -->0:00Z'));
    expect(inShort(report)).toBe('valid');
    expect(report.signatures[0]?.claimedSigningTime).toBe('2026-03-02T02:00:00.000Z');
  });
});

const MISSING = 'indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found';
const NOT_IN_DOCUMENT = 'indeterminate SIGNED_DATA_NOT_FOUND xml.data-not-in-document';

describe('references', () => {
  it('of a signature over its own properties only sign nothing', () => {
    expect(inShort(judge(make({ references: [] }, '')))).toBe(NOT_IN_DOCUMENT);
    const keyInfo = reference('#k1', EXCLUSIVE);
    const document = fillIn(signatureByHand({ references: [keyInfo] }).replace('<ds:KeyInfo>', '<ds:KeyInfo Id="k1">'), {
      pki,
      by: 'leader',
    });
    expect(inShort(judge(document))).toBe(NOT_IN_DOCUMENT);
    const around = reference('#o1', EXCLUSIVE);
    const object = signatureByHand({ references: [around] }).replace('<ds:Object>', '<ds:Object Id="o1">');
    expect(inShort(judge(fillIn(object, { pki, by: 'leader' })))).toBe(NOT_IN_DOCUMENT);
  });

  it('to nothing, to an empty selection, to a file that is not given are no data', () => {
    expect(inShort(judge(honest({ references: [reference('#none')] })))).toBe(NOT_IN_DOCUMENT);
    const alone = fillIn(signatureByHand({ references: [WHOLE] }), { pki, by: 'leader' });
    expect(inShort(judge(alone))).toBe(NOT_IN_DOCUMENT);
    expect(judge(alone).signatures[0]?.warnings.map((one) => one.code)).toContain('xmldsig.nothing-selected');
    expect(inShort(judge(honest({ references: [WHOLE, reference('thu.pdf', '', { id: 'r2' })] })))).toBe(MISSING);
    expect(inShort(judge(honest({ references: [reference(undefined)] })))).toBe(NOT_IN_DOCUMENT);
  });

  it('are never fetched, and a file given by hand is held against its digest', () => {
    const files = { 'http://127.0.0.1:1/a': utf8('một') };
    const document = fillIn(signatureByHand({ references: [reference('http://127.0.0.1:1/a', '')] }), {
      pki,
      by: 'leader',
      files: () => memorySource(files['http://127.0.0.1:1/a']),
    });
    expect(inShort(judge(document))).toBe(MISSING);
    expect(inShort(judge(document, { detached: memorySource(utf8('một')) }))).toBe('valid');
    expect(inShort(judge(document, { detached: memorySource(utf8('hai')) }))).toBe('invalid HASH_FAILURE integrity.digest');
  });

  it('to several files are answered by name, in either form of Vietnamese letters, and never out of the folder', () => {
    const names = ['phụ lục.txt'.normalize('NFD'), 'thư.txt'.normalize('NFC'), '../mật.txt'];
    const text = (name: string) => memorySource(utf8(name.normalize('NFC')));
    const sign = (list: readonly string[]) =>
      fillIn(signatureByHand({ references: list.map((one, i) => reference(encodeURI(one), '', { id: `r${i + 1}` })) }), {
        pki,
        by: 'leader',
        files: (uri) => text(decodeURIComponent(uri)),
      });
    const asked: string[] = [];
    const detachedByName = (name: string) => {
      asked.push(name);
      return name === name.normalize('NFC') ? text(name) : undefined;
    };
    const both = judge(sign(names.slice(0, 2)), { detachedByName });
    expect(inShort(both)).toBe('valid');
    expect(both.signatures[0]).toMatchObject({
      coverage: 'file',
      covers: [
        { kind: 'file', name: names[0] },
        { kind: 'file', name: names[1] },
      ],
    });
    asked.length = 0;
    expect(inShort(judge(sign([names[2]!, names[1]!]), { detachedByName }))).toBe(MISSING);
    expect([...new Set(asked)]).toEqual([names[1]]);
    expect(inShort(judge(sign(names.slice(0, 2)), { detached: text('thư.txt') }))).toBe(MISSING);
  });

  it('taken away, added or moved break the value', () => {
    const two = honest({ references: [WHOLE, reference('#d1', EXCLUSIVE, { id: 'r2' })] });
    const second = /<ds:Reference URI="#d1"[\s\S]*?<\/ds:Reference>/;
    expect(inShort(judge(two))).toBe('valid');
    expect(inShort(judge(changed(two, second, '')))).toBe('invalid SIG_CRYPTO_FAILURE integrity.signature-value');
    const one = honest();
    expect(inShort(judge(changed(one, '<ds:Reference URI=""', `${second.exec(two)![0]}<ds:Reference URI=""`)))).toBe(
      'invalid SIG_CRYPTO_FAILURE integrity.signature-value',
    );
  });

  it('too many, or to the same large text again and again, reach a limit', () => {
    const many = Array.from({ length: 2001 }, (_, i) => reference('#d1', EXCLUSIVE, { id: `r${i}` })).join('');
    const template = `<hs xmlns="urn:vn">${DATA}${signatureByHand({ references: [many] })}</hs>`;
    expect(inShort(judge(template.replaceAll(/\{\w+\}/g, '')))).toBe(`${FORMAT} xmldsig.damaged`);
    const large = `<so Id="d1">${'1'.repeat(200_000)}</so>`;
    const some = Array.from({ length: 1000 }, (_, i) => reference('', ENVELOPED, { id: `r${i}` })).join('');
    const start = process.cpuUsage();
    const slow = `<hs xmlns="urn:vn">${large}${signatureByHand({ references: [some] })}</hs>`.replaceAll(/\{\w+\}/g, '');
    expect(inShort(judge(slow))).toBe('indeterminate limit.xml-work');
    expect(processorSince(start)).toBeLessThan(20_000);
  });
});

const NOT_FOLLOWED = 'indeterminate SIG_CONSTRAINTS_FAILURE';

describe('transforms and ways of naming', () => {
  const XPATH = 'http://www.w3.org/TR/1999/REC-xpath-19991116';
  const FILTER2 = 'http://www.w3.org/2002/06/xmldsig-filter2';
  const xpath = (expression: string) => transform(XPATH, `<ds:XPath>${expression}</ds:XPath>`) + EXCLUSIVE;
  const filter2 = (filter: string, expression: string) =>
    transform(FILTER2, `<f:XPath xmlns:f="${FILTER2}" Filter="${filter}">${expression}</f:XPath>`) + EXCLUSIVE;

  it.each([
    ['leaving out all signatures', xpath('not(ancestor-or-self::ds:Signature)')],
    ['taking all signatures away', filter2('subtract', '/descendant::ds:Signature')],
    ['the inclusive form', ENVELOPED + transform('http://www.w3.org/TR/2001/REC-xml-c14n-20010315')],
    ['the form 1.1', ENVELOPED + transform('http://www.w3.org/2006/12/xml-c14n11')],
    ['a form with comments', ENVELOPED + transform('http://www.w3.org/2001/10/xml-exc-c14n#WithComments')],
    ['no canonical form', ENVELOPED],
  ])('%s is followed', (_, transforms) => {
    const report = judge(honest({ references: [reference('', transforms)] }));
    expect(inShort(report)).toBe('valid');
    expect(report.signatures[0]?.coverage).toBe('file');
  });

  it.each([
    ['XSLT', transform('http://www.w3.org/TR/1999/REC-xslt-19991116', '<x xmlns="http://www.w3.org/1999/XSL/Transform"/>')],
    ['an XPath of its own', xpath('not(ancestor-or-self::so)')],
    ['an XPath that is always false', xpath('false()')],
    ['a filter that keeps', filter2('intersect', '/descendant::ds:Signature')],
    ['a filter that takes away the data', filter2('subtract', '/descendant::so')],
    ['the known expression under another name for the prefix', xpath('not(ancestor-or-self::xades:Signature)')],
    ['an unknown transform', transform('urn:x')],
    ['nine transforms', ENVELOPED.repeat(9)],
  ])('%s is not followed', (_, transforms) => {
    expect(inShort(judge(honest({ references: [reference('', transforms)] })))).toMatch(
      new RegExp(`^${NOT_FOLLOWED} xmldsig\\.(transform-refused|too-many-transforms)$`),
    );
  });

  it.each(['#xpointer(/)', "#xpointer(id('d1'))"])('%s is not followed', (uri) => {
    expect(inShort(judge(honest({ references: [reference(uri)] })))).toBe(`${NOT_FOLLOWED} xmldsig.reference-refused`);
  });

  it('a transform that is not followed does not hide a broken value', () => {
    const document = honest({ references: [reference('', transform('urn:x'))] });
    expect(judge(changed(document, 'Algorithm="urn:x"', 'Algorithm="urn:y"')).verdict).toBe('invalid');
  });
});

describe('a manifest', () => {
  const manifest = `<ds:Object><ds:Manifest Id="m1">${reference('#d1', EXCLUSIVE, { id: 'rm' })}</ds:Manifest></ds:Object>`;
  const sign = () =>
    make({
      references: [reference('#m1', EXCLUSIVE, { type: 'http://www.w3.org/2000/09/xmldsig#Manifest' })],
      objects: [manifest],
    });

  it('is looked at reference by reference', () => {
    expect(inShort(judge(sign()))).toBe('valid');
    expect(inShort(judge(changed(sign(), '1 đồng', '9 đồng')))).toBe('invalid HASH_FAILURE integrity.digest');
    expect(inShort(judge(changed(sign(), 'Id="d1"', 'Id="d2"')))).toBe(NOT_IN_DOCUMENT);
    expect(inShort(judge(changed(sign(), DATA, DATA + DATA)))).toBe(`${FORMAT} xmldsig.ambiguous-id`);
  });

  it('is looked at inside a signed ds:Object too', () => {
    const object = manifest.replace('<ds:Object>', '<ds:Object Id="o1">');
    const document = make({ references: [reference('#o1')], objects: [object] });
    expect(inShort(judge(document))).toBe('valid');
    expect(inShort(judge(changed(document, '1 đồng', '9 đồng')))).toBe('invalid HASH_FAILURE integrity.digest');
  });
});

describe('keys', () => {
  it('a swapped certificate of the same key does not pass, nor does one beside it', () => {
    const theirs = toBase64(twin.certificate('leader').raw);
    const ours = toBase64(pki.certificate('leader').raw);
    expect(inShort(judge(changed(honest(), `<ds:X509Certificate>${ours}`, `<ds:X509Certificate>${theirs}`)))).toBe(
      'indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.bound',
    );
    const both = judge(
      changed(
        honest(),
        `<ds:X509Certificate>${ours}`,
        `<ds:X509Certificate>${theirs}</ds:X509Certificate><ds:X509Certificate>${ours}`,
      ),
    );
    expect(inShort(both)).toBe('valid');
    expect(both.signatures[0]?.signer?.commonName).toBe('Nguyễn Văn An');
  });

  it('plain XMLDSIG: two certificates of one key name nobody', () => {
    const plain = (keyInfo?: string) =>
      make({ references: [WHOLE], properties: 'none', ...(keyInfo === undefined ? {} : { keyInfo }) });
    const report = judge(plain());
    expect(inShort(report)).toBe('valid');
    expect(report.signatures).toMatchObject([
      { format: 'XMLDSig', level: null, levelFailures: [{ code: 'level.qualifying-properties' }] },
    ]);
    const chain = [toBase64(pki.certificate('issuing').raw), '{cert}'];
    expect(inShort(judge(plain(x509(...chain))))).toBe('valid');
    const two = judge(plain(x509('{cert}', toBase64(twin.certificate('leader').raw))));
    expect(inShort(two)).toBe('indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.found');
    expect(two.signatures[0]?.warnings.map((one) => one.code)).toContain('xmldsig.two-certificates-of-one-key');
  });

  it('a bare key, a RetrievalMethod, a name are no certificate', () => {
    for (const [keyInfo, warning] of [
      ['<ds:KeyValue><ds:ECKeyValue xmlns="http://www.w3.org/2009/xmldsig11#"/></ds:KeyValue>', 'xmldsig.key-value-only'],
      ['<ds:RetrievalMethod URI="http://127.0.0.1:1/key"/>', 'xmldsig.retrieval-method'],
      ['<ds:KeyName>leader</ds:KeyName>', undefined],
    ] as const) {
      const report = judge(make({ references: [WHOLE], properties: 'none', keyInfo }));
      expect(inShort(report)).toBe('indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.found');
      if (warning !== undefined) expect(report.signatures[0]?.warnings.map((one) => one.code)).toContain(warning);
    }
  });

  it('a certificate that is only named is found among those at hand', () => {
    const ski = toBase64(pki.certificate('leader').subjectKeyIdentifier!);
    const keyInfo = `<ds:X509Data><ds:X509SKI>${ski}</ds:X509SKI></ds:X509Data>`;
    const evidence = pki.evidence(soon);
    const certificates = [...evidence.certificates, pki.certificate('leader').raw];
    const document = make({ references: [WHOLE], properties: 'none', keyInfo });
    expect(inShort(judge(document, { evidence: { ...evidence, certificates } }))).toBe('valid');
  });

  it('HMAC with a public key as its secret is not supported, whatever the value', () => {
    const document = changed(honest(), 'xmldsig-more#ecdsa-sha256', 'xmldsig-more#hmac-sha256');
    expect(inShort(judge(document))).toBe('indeterminate CRYPTO_CONSTRAINTS_FAILURE algorithm.known');
  });

  it('SHA-1 is named and not accepted', () => {
    const sha1 = { digest: 'http://www.w3.org/2000/09/xmldsig#sha1' };
    const data = judge(honest({ references: [reference('', ENVELOPED + EXCLUSIVE, sha1)] }));
    expect(inShort(data)).toBe('indeterminate CRYPTO_CONSTRAINTS_FAILURE_NO_POE algorithm.not-allowed');
    expect(data.signatures[0]?.digestAlgorithm).toBe('SHA-1');
    const template = `<hs>${signatureByHand({ references: [WHOLE], method: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' })}<a/></hs>`;
    const value = judge(fillIn(template, { pki, by: 'leaderRsa', algorithm: { scheme: 'rsa-pkcs1', digest: 'SHA-1' } }));
    expect(inShort(value)).toBe('indeterminate CRYPTO_CONSTRAINTS_FAILURE_NO_POE algorithm.not-allowed');
    expect(value.signatures[0]).toMatchObject({ cryptoValid: true, signatureAlgorithm: 'rsa-pkcs1 SHA-1' });
  });
});

describe('the document', () => {
  it.each([
    ['a DTD', '<!DOCTYPE hs SYSTEM "http://127.0.0.1:1/x.dtd">', 'xml.dtd-refused'],
    ['an entity', '<!DOCTYPE hs [<!ENTITY x "y">]>', 'xml.dtd-refused'],
    ['text before it', 'x', 'xml.damaged'],
  ])('with %s is refused before it is read', (_, before, code) => {
    const document = honest();
    const report = judge(before === 'x' ? changed(document, '</hs>', '</hs></x>') : before + document);
    expect(inShort(report)).toBe(`${FORMAT} ${code}`);
  });

  it('in UTF-16 is the same document', () => {
    for (const little of [true, false]) {
      const text = `\ufeff${honest()}`;
      const wide = new DataView(new ArrayBuffer(2 * text.length));
      for (let i = 0; i < text.length; i++) wide.setUint16(2 * i, text.charCodeAt(i), little);
      expect(inShort(judgedXml(new Uint8Array(wide.buffer), pki, soon))).toBe('valid');
    }
  });

  it('of a stranger is told to be of a stranger', () => {
    expect(inShort(judge(make({ references: [WHOLE] }, DATA, 'unknownIssuer')))).toBe(
      'indeterminate NO_CERTIFICATE_CHAIN_FOUND trust.chain-found',
    );
  });

  it('too deep is not decided; with no signature in it, unsigned', () => {
    const deep = `${'<x>'.repeat(300)}${'</x>'.repeat(300)}`;
    expect(inShort(judge(changed(honest(), DATA, DATA + deep)))).toBe('indeterminate xml.too-deep');
    expect(judge('<a xmlns:ds="http://www.w3.org/2000/09/xmldsig#">một</a>').verdict).toBe('unsigned');
  });

  it('with several signatures is as good as its worst', async () => {
    const key = pki.signingKey('leader');
    const options = { door: doors.door, level: 'B-B', signingTime: pki.now } as const;
    const first = await signXades({ packaging: 'enveloped', document: utf8('<hs><a/></hs>') }, key, options);
    const both = fromUtf8(await signXades({ packaging: 'enveloped', document: first }, pki.signingKey('seal'), options));
    const report = judge(both);
    expect(report.signatures.map((one) => [one.id, one.indication])).toEqual([
      ['signature-1', 'TOTAL_PASSED'],
      ['signature-2', 'TOTAL_PASSED'],
    ]);
    const values = [...both.matchAll(/<ds:SignatureValue[^>]*>([^<]*)</g)].map((one) => one[1] as string);
    const swapped = judge(both.replace(values[1]!, values[0]!));
    expect(swapped).toMatchObject({ verdict: 'invalid', decidedBySignature: 'signature-2' });
    expect(swapped.signatures[0]).toMatchObject({ indication: 'TOTAL_PASSED' });
  });
});
