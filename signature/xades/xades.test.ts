import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { withXml } from '@antin/formats/xml/document';
import type { SigningKey } from '@antin/signature/making/signer';
import { testPki } from '@antin/testkit/pki/test-pki';
import { xmlsecVerify, xmlsecVersion } from '@antin/testkit/xml/xmlsec';
import { DS } from '../xmldsig/names.ts';
import { signatureElements } from '../xmldsig/signature.ts';
import type { XadesInput } from './content.ts';
import { embedXades, xadesTimeStampImprint } from './embed.ts';
import { XADES } from './names.ts';
import { prepareXades } from './prepare.ts';
import { signXades } from './sign.ts';
import type { SignXadesOptions } from './sign.ts';
import { xadesFromJson, xadesToJson } from './to-be-signed.ts';

const pki = testPki();
const leader = pki.signingKey('leader');
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const text =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<công-văn xmlns="urn:vn"><letter Id="l1">Kính gửi &amp; <b/></letter>\r\n</công-văn>\n';
const letter = utf8(text);
const other = utf8('%PDF-1.7 phụ lục');
const enveloped: XadesInput = { packaging: 'enveloped', document: letter };
const FILES = { 'phụ lục 1.pdf': other, 'thư/a+b.txt': utf8('một') };
const detached: XadesInput = {
  packaging: 'detached',
  files: Object.entries(FILES).map(([name, bytes]) => ({ name, content: memorySource(bytes), mimeType: 'application/pdf' })),
};
const enveloping: XadesInput = {
  packaging: 'enveloping',
  objects: [
    { content: other, mimeType: 'application/pdf', as: 'base64' },
    { content: letter, mimeType: 'text/xml', as: 'xml' },
  ],
};

const options: SignXadesOptions = { door, level: 'B-B', signingTime: pki.now };
const stamped: SignXadesOptions = {
  ...options,
  level: 'B-T',
  timeStamp: (hash) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now)),
};
const prepared = (input: XadesInput, key: SigningKey = leader, more: Partial<SignXadesOptions> = {}) =>
  prepareXades(input, {
    ...options,
    ...more,
    certificate: key.certificate,
    chain: key.chain.map((c) => c.raw),
    algorithm: key.algorithm,
  });

describe.skipIf(xmlsecVersion === undefined)('xmlsec1 accepts', () => {
  it.each([
    ['enveloped', enveloped, {}],
    ['enveloped over one element', { ...enveloped, target: 'l1' }, {}],
    ['enveloped inside the signed element', { ...enveloped, target: 'l1', parent: 'l1' }, {}],
    ['enveloping', enveloping, {}],
    ['detached, with Vietnamese names', detached, FILES],
  ] as [string, XadesInput, Record<string, Uint8Array>][])('%s, B-B and B-T', async (_, input, files) => {
    for (const level of [options, stamped]) {
      const signed = await signXades(input, leader, level);
      const answer = xmlsecVerify(signed, leader.certificate.raw, { files });
      expect(answer.ok, answer.text).toBe(true);
    }
  });

  it.each([
    ['leaderRsa', 'rsa-pkcs1', 'SHA-256'],
    ['leaderRsa', 'rsa-pkcs1', 'SHA-512'],
    ['leader', 'ecdsa', 'SHA-384'],
    ['leader', 'ecdsa', 'SHA-512'],
  ] as const)('a value of %s by %s with %s', async (who, scheme, digest) => {
    const key = pki.signingKey(who);
    const entity = pki.entity(who);
    const algorithm = { scheme, digest };
    const sign = (data: Uint8Array) => Promise.resolve(entity.signNow(data, algorithm));
    const signed = await signXades(enveloped, { ...key, algorithm, sign }, options);
    const answer = xmlsecVerify(signed, key.certificate.raw);
    expect(answer.ok, answer.text).toBe(true);
  });

  it('and refuses a changed letter, changed properties, a changed file', async () => {
    const signed = fromUtf8(await signXades(enveloped, leader, stamped));
    for (const [from, to] of [
      ['Kính', 'Kinh'],
      ['<xades:MimeType>text/xml', '<xades:MimeType>text/xmk'],
    ] as const) {
      expect(signed).toContain(from);
      expect(xmlsecVerify(utf8(signed.replace(from, to)), leader.certificate.raw).ok).toBe(false);
    }
    const apart = await signXades(detached, leader, options);
    const files = { ...FILES, 'thư/a+b.txt': utf8('hai') };
    expect(xmlsecVerify(apart, leader.certificate.raw, { files }).ok).toBe(false);
  });

  it('every signature when several people sign one document, one after the other', async () => {
    const people = ['leader', 'seal', 'leaderRsa'];
    let document = letter;
    for (const who of people) document = await signXades({ packaging: 'enveloped', document }, pki.signingKey(who), stamped);
    for (const [index, who] of people.entries()) {
      const answer = xmlsecVerify(document, pki.certificate(who).raw, { index });
      expect(answer.ok, answer.text).toBe(true);
    }
  });
});

describe('an enveloped signature', () => {
  it('keeps every byte around it', async () => {
    const signed = fromUtf8(await signXades(enveloped, leader, options));
    const at = signed.indexOf('<ds:Signature ');
    const end = signed.indexOf('</ds:Signature>') + '</ds:Signature>'.length;
    expect(signed.slice(0, at) + signed.slice(end)).toBe(text);
    const marked = await signXades({ packaging: 'enveloped', document: utf8(`\ufeff${text}`) }, leader, options);
    expect(marked.subarray(0, 3)).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf));
    expect(fromUtf8(await signXades({ packaging: 'enveloped', document: utf8('<a />') }, leader, options))).toMatch(
      /^<a ><ds:Signature [\s\S]*<\/ds:Signature><\/a>$/,
    );
  });

  it('is not made where it would break an earlier one', async () => {
    const signed = fromUtf8(await signXades(enveloped, leader, options));
    // Another producer's signature: the whole document with only its own signature left out.
    const plain = signed.replace(
      /<ds:Transform Algorithm="[^"]*xpath[^"]*">.*?<\/ds:Transform>/,
      '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>',
    );
    expect(plain).not.toBe(signed);
    expect(() => prepared({ packaging: 'enveloped', document: utf8(plain) })).toThrow(code('xades.breaks-earlier'));
  });

  it('does not choose between two elements of one identifier', () => {
    const twice = utf8('<a><b Id="x"/><c ID="x"/></a>');
    expect(() => prepared({ packaging: 'enveloped', document: twice, target: 'x' })).toThrow(code('xmldsig.ambiguous-id'));
    expect(() => prepared({ ...enveloped, target: 'y' } as XadesInput)).toThrow(code('xmldsig.reference-not-found'));
    expect(() => prepared({ packaging: 'enveloped', document: utf8('<!DOCTYPE a><a/>') })).toThrow(code('xml.dtd-refused'));
  });
});

describe('the properties of a baseline signature (EN 319 132-1 §6.3)', () => {
  it.each([enveloped, enveloping, detached])(
    '%#: one signing time, V2 without URI, a format for every data reference',
    async (input) => {
      const signed = await signXades(input, leader, { ...stamped, claimedRoles: ['Chủ tịch'], place: { city: 'Hà Nội' } });
      withXml(signed, (tree) => {
        const [signature] = signatureElements(tree);
        const named = (namespace: string, name: string) => tree.elements.filter((one) => one.is(namespace, name));
        expect(named(XADES, 'SigningTime').map((one) => one.text)).toEqual(['2026-03-02T02:00:00Z']);
        expect(named(XADES, 'SigningCertificateV2')[0]?.children.map((one) => one.attributes)).toEqual([[]]);
        expect(named(DS, 'CanonicalizationMethod').filter((one) => one.parent?.localName === 'SignedInfo')).toHaveLength(1);
        const data = named(DS, 'Reference').filter((one) => !one.attribute('Type')?.endsWith('SignedProperties'));
        expect(named(XADES, 'DataObjectFormat').map((one) => one.attribute('ObjectReference'))).toEqual(
          data.map((one) => `#${one.attribute('Id')}`),
        );
        expect(named(XADES, 'QualifyingProperties').map((one) => one.attribute('Target'))).toEqual([
          `#${signature?.attribute('Id')}`,
        ]);
        expect(named(XADES, 'EncapsulatedTimeStamp')).toHaveLength(1);
        expect(named(XADES, 'ClaimedRole')[0]?.text).toBe('Chủ tịch');
      });
    },
  );
});

describe('between prepare and embed', () => {
  it.each([enveloped, enveloping, detached])('%#: the preparation may wait as JSON', async (input) => {
    const tbs = xadesFromJson(JSON.parse(JSON.stringify(xadesToJson(prepared(input)))));
    const value = await leader.sign(tbs.signedInfo);
    const document = input.packaging === 'enveloped' ? input.document : undefined;
    expect(embedXades(document, tbs, value, { door })).toEqual(embedXades(document, prepared(input), value, { door }));
  });

  it('a damaged preparation, a changed document, a foreign value or token is refused', async () => {
    const tbs = prepared(enveloped);
    const value = await leader.sign(tbs.signedInfo);
    const json = xadesToJson(tbs);
    for (const member of Object.keys(json)) {
      expect(() => xadesFromJson({ ...json, [member]: true }), member).toThrow(code('xades.prepared-damaged'));
    }
    expect(() => embedXades(utf8(text.replace('<b/>', '<c/>')), tbs, value, { door })).toThrow(code('xades.input-changed'));
    expect(() => embedXades(letter, { ...tbs, valueAt: 3 }, value, { door })).toThrow(code('xades.prepared-damaged'));
    const foreign = await pki.signingKey('seal').sign(tbs.signedInfo);
    expect(() => embedXades(letter, tbs, foreign, { door })).toThrow(code('signature.value-mismatch'));
    const imprint = xadesTimeStampImprint(tbs, value, door);
    const timeStampToken = pki.timeStampToken({ digest: 'SHA-256', hash: imprint.map((b) => b ^ 1) }, pki.now);
    expect(() => embedXades(letter, tbs, value, { door, timeStampToken })).toThrow(code('signature.time-stamp-mismatch'));
  });

  it('SHA-1 and what has no name in XML are refused', () => {
    const make = (algorithm: SigningKey['algorithm']) => () => prepared(enveloped, { ...leader, algorithm });
    expect(make({ scheme: 'ecdsa', digest: 'SHA-1' })).toThrow(code('signature.algorithm-not-allowed'));
    const rsa = pki.signingKey('leaderRsa');
    const odd: SigningKey = { ...rsa, algorithm: { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 20 } };
    expect(() => prepared(enveloped, odd)).toThrow(code('signature.algorithm-not-allowed'));
  });
});
