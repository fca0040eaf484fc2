import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { withXml } from '@antin/formats/xml/document';
import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { smallCheck } from '@antin/testkit/xml/small-checker';
import type { XadesInput } from '../xades/content.ts';
import { signXades } from '../xades/sign.ts';
import { signatureMethodOf, signatureMethodUri } from './algorithms.ts';
import { verifyRawValue, rawValue } from '../raw-value.ts';
import type { DetachedContent } from './reference.ts';
import { readXmlSignature, signatureElements } from './signature.ts';
import { checkXmlSignature } from './verify.ts';

const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    edwards: { ...DEFAULT_PKI.entities['leader']!, key: 'ed25519' },
    big: { ...DEFAULT_PKI.entities['leader']!, key: 'p-521' },
    middle: { ...DEFAULT_PKI.entities['leader']!, key: 'p-384' },
  },
});
const letter = utf8('<a xmlns="urn:a"><b Id="b">Kính gửi</b><m>một</m></a>');
const enveloped: XadesInput = { packaging: 'enveloped', document: letter };
const enveloping: XadesInput = { packaging: 'enveloping', objects: [{ content: letter, mimeType: 'text/xml', as: 'base64' }] };
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const code404: DetachedContent = () => undefined;

async function signed(input: XadesInput = enveloped, who = 'leader', algorithm?: SignatureAlgorithm, digest?: DigestAlgorithm) {
  const entity = pki.entity(who);
  const key = {
    ...pki.signingKey(who),
    ...(algorithm ? { algorithm, sign: async (data: Uint8Array) => entity.signNow(data, algorithm) } : {}),
  };
  return fromUtf8(await signXades(input, key, { door, level: 'B-B', signingTime: pki.now, ...(digest ? { digest } : {}) }));
}

function check(document: string, who = 'leader', detached = code404) {
  return withXml(document, (tree) => {
    const signature = readXmlSignature(tree, signatureElements(tree)[0]!);
    const { holds, value, references } = checkXmlSignature(signature, pki.certificate(who).spki, { door, detached });
    return {
      holds,
      value,
      statuses: references.map((one) => one.status),
      codes: references.flatMap((one) => ('code' in one ? [one.code] : [])),
    };
  });
}

const pss = (digest: DigestAlgorithm): SignatureAlgorithm => ({
  scheme: 'rsa-pss',
  digest,
  mgfDigest: digest,
  saltLength: DIGEST_LENGTH[digest],
});

describe('every algorithm', () => {
  it.each<[string, SignatureAlgorithm, DigestAlgorithm]>([
    ['leaderRsa', { scheme: 'rsa-pkcs1', digest: 'SHA-384' }, 'SHA-384'],
    ['leaderRsa', pss('SHA-256'), 'SHA-256'],
    ['leaderRsa', pss('SHA-512'), 'SHA-512'],
    ['leaderRsa', pss('SHA3-256'), 'SHA3-256'],
    ['leader', { scheme: 'ecdsa', digest: 'SHA-256' }, 'SHA-512'],
    ['middle', { scheme: 'ecdsa', digest: 'SHA3-384' }, 'SHA3-384'],
    ['big', { scheme: 'ecdsa', digest: 'SHA-512' }, 'SHA3-512'],
    ['edwards', { scheme: 'ed25519' }, 'SHA-512'],
  ])('%s %o with %s: we and a second reading by node:crypto agree', async (who, algorithm, digest) => {
    const document = await signed(enveloped, who, algorithm, digest);
    expect(check(document, who)).toMatchObject({ holds: true, statuses: ['intact', 'intact'] });
    expect(smallCheck(utf8(document))).toEqual({ references: [true, true], value: true });
    expect(signatureMethodOf(signatureMethodUri(algorithm))).toEqual(algorithm);
  });

  it('but none that is weak, symmetric or unknown', () => {
    for (const uri of [
      'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
      'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256',
      '',
    ]) {
      expect(signatureMethodOf(uri)).toBeUndefined();
    }
  });

  it('ECDSA values have the length of their curve', () => {
    const { spki } = pki.certificate('leader');
    const algorithm: SignatureAlgorithm = { scheme: 'ecdsa', digest: 'SHA-256' };
    const data = utf8('x');
    const value = rawValue(pki.entity('leader').signNow(data), algorithm, spki);
    expect(value).toHaveLength(64);
    expect(verifyRawValue(door, { spki, algorithm, data, value })).toBe('valid');
    const longer = new Uint8Array([0, ...value.subarray(0, 32), 0, ...value.subarray(32)]);
    expect(verifyRawValue(door, { spki, algorithm, data, value: longer })).toBe('invalid');
    expect(() => rawValue(value, algorithm, spki)).toThrow(code('signature.value-mismatch'));
  });
});

describe('what is not as it was signed does not hold', () => {
  it('whatever character of the signed text, the signed properties or the value is changed', async () => {
    const document = await signed();
    const after = (part: RegExp) => {
      const found = part.exec(document)!;
      return found.index + found[0].length;
    };
    const covered = [
      /^/,
      /<xades:SigningTime>/,
      /<ds:DigestValue>/,
      /<xades:IssuerSerialV2>/,
      /<ds:SignatureValue Id="[^"]*">/,
    ].flatMap((part) => Array.from({ length: 40 }, (_, i) => after(part) + i));
    const end = (i: number) => (i < 40 ? true : document.slice(i, i + 1) !== '<');
    fc.assert(
      fc.property(fc.constantFrom(...covered.filter(end)), fc.constantFrom('x', 'A', '<', '&', '7'), (i, c) => {
        if (document[i] === c) return;
        let holds = false;
        try {
          holds = check(document.slice(0, i) + c + document.slice(i + 1)).holds;
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(xml|xmldsig|base64)\./);
        }
        expect(holds, `character ${i}`).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('and comments are no part of it', async () => {
    const document = await signed();
    expect(check(document.replace('Kính gửi', 'Kính <!-- không --> gửi').replace('  ', ' ')).holds).toBe(false);
    expect(check(document.replace('Kính gửi', 'Kính<!-- không --> gửi')).holds).toBe(true);
  });
});

describe('attacks on references', () => {
  it('wrapping: a second element of the same identifier is not chosen between', async () => {
    const document = await signed({ ...enveloped, target: 'b' } as XadesInput);
    const moved = document.replace('<m>', '<b ID="b">giả</b><m>');
    expect(check(moved)).toMatchObject({ holds: false, codes: ['xmldsig.ambiguous-id'] });
    expect(check(document.replace('<m>một', '<m>hai')).holds).toBe(true);
  });

  const NOT = /<ds:Transform Algorithm="[^"]*xpath-19991116">.*?<\/ds:Transform>/;
  it.each([
    ['XSLT', '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'],
    [
      'XPath that takes the content away',
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::m)</ds:XPath></ds:Transform>',
    ],
    [
      'XPath filter that subtracts',
      '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//m</f:XPath></ds:Transform>',
    ],
    [
      'the known XPath with another meaning of its prefix',
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath xmlns:x="urn:a">not(ancestor-or-self::x:Signature)</ds:XPath></ds:Transform>',
    ],
    ['an unknown transform', '<ds:Transform Algorithm="urn:x"/>'],
  ])('%s is refused', async (_, transform) => {
    const document = await signed();
    expect(document).toMatch(NOT);
    expect(check(document.replace(NOT, transform))).toMatchObject({ holds: false, codes: ['xmldsig.transform-refused'] });
  });

  it('a file, an address, an XPointer are never fetched; content is what the caller gives', async () => {
    const document = await signed();
    for (const uri of ['file:///etc/passwd', 'http://127.0.0.1/x', '//host/x', '../x']) {
      expect(check(document.replace('URI=""', `URI="${uri}"`))).toMatchObject({
        holds: false,
        codes: ['xmldsig.reference-not-found'],
      });
    }
    expect(check(document.replace('URI=""', 'URI="#xpointer(/)"'))).toMatchObject({ codes: ['xmldsig.reference-refused'] });
    const apart = await signed({
      packaging: 'detached',
      files: [{ name: 'a b', content: memorySource(letter), mimeType: 'text/xml' }],
    });
    expect(check(apart, 'leader', (uri) => (uri === 'a%20b' ? memorySource(letter) : undefined)).holds).toBe(true);
    expect(check(apart, 'leader', () => memorySource(utf8('other')))).toMatchObject({
      holds: false,
      statuses: ['changed', 'intact'],
    });
  });

  it('SHA-1 and unknown digests, canonical forms and methods decide nothing', async () => {
    const document = await signed(enveloping);
    expect(check(document).holds).toBe(true);
    const digest = document.replace(/(<ds:DigestMethod Algorithm=")[^"]*/, '$1http://www.w3.org/2000/09/xmldsig#sha1');
    expect(check(digest)).toMatchObject({ holds: false, statuses: ['unsupported', 'intact'] });
    for (const name of ['CanonicalizationMethod', 'SignatureMethod']) {
      expect(check(document.replace(new RegExp(`(<ds:${name} Algorithm=")[^"]*`), '$1urn:x'))).toMatchObject({
        holds: false,
        value: 'unsupported',
      });
    }
  });

  it('what a signed manifest names is looked at as well', async () => {
    const manifest = (text: string) =>
      `<ds:Manifest xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="m"><ds:Reference URI="x"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>${text}</ds:DigestValue></ds:Reference></ds:Manifest>`;
    const digest = toBase64(digestOf(door, 'SHA-256', utf8('x')));
    const document = await signed({ packaging: 'enveloped', document: utf8(`<a>${manifest(digest)}</a>`), target: 'm' });
    const given =
      (text: string): DetachedContent =>
      (uri) =>
        uri === 'x' ? memorySource(utf8(text)) : undefined;
    expect(check(document, 'leader', given('x'))).toMatchObject({ holds: true, statuses: ['intact', 'intact', 'intact'] });
    expect(check(document, 'leader', given('y'))).toMatchObject({ holds: false, statuses: ['intact', 'intact', 'changed'] });
    expect(check(document)).toMatchObject({ holds: false, codes: ['xmldsig.reference-not-found'] });
  });

  it('a signature without its parts, or with two of one, is damaged', async () => {
    const document = await signed();
    expect(() => check(document.replace(/<ds:SignatureValue.*?<\/ds:SignatureValue>/, ''))).toThrow(code('xmldsig.damaged'));
    expect(() => check(document.replace(/<ds:SignatureValue.*?<\/ds:SignatureValue>/, '$&$&'))).toThrow(
      code('xml.child-repeated'),
    );
  });
});
