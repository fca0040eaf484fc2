import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { nameText } from '@antin/pki/x509/name';
import { inShort, judgedXml } from '@antin/testkit/judging/xml';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import {
  ENVELOPED,
  EXC,
  EXCLUSIVE,
  USUAL_CERTIFICATE,
  reference,
  signatureByHand,
  transform,
  x509,
} from '@antin/testkit/xml/by-hand';
import type { ByHand } from '@antin/testkit/xml/by-hand';
import { fillIn } from '@antin/testkit/xml/fill-in';
import { xmlsecSign, xmlsecVersion } from '@antin/testkit/xml/xmlsec';

const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    odd: {
      ...DEFAULT_PKI.entities['issuing']!,
      subject: [
        ['C', 'VN'],
        ['O', 'Sở TT&TT, "Hà Nội"'],
        ['CN', 'CA + một'],
      ],
    },
    ofOdd: { ...DEFAULT_PKI.entities['leader']!, issuer: 'odd' },
  },
});
const soon = pki.now + 1_800_000;
const judge = (document: string) => judgedXml(document, pki, soon);
const DATA = '<so Id="d1">1 đồng</so>';
const WHOLE = reference('', ENVELOPED + EXCLUSIVE);
const template = (parts: Partial<ByHand> = {}) =>
  `<hs xmlns="urn:vn">${DATA}${signatureByHand({ references: [WHOLE], ...parts })}</hs>`;
const sign = (text: string, by = 'leader') => fillIn(text, { pki, by });
const level = (document: string) => {
  const report = judge(document);
  const [first] = report.signatures;
  return [inShort(report), first?.level, first?.levelFailures.map((one) => one.code)];
};
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

describe('level B names the rule that does not hold, and the signature stays what it is', () => {
  it('when all hold', () => expect(level(sign(template()))).toEqual(['valid', 'B-B', []]));

  it.each<[string, string | RegExp, string]>([
    ['level.signing-time-present', /<xades:SigningTime>.*?<\/xades:SigningTime>/, ''],
    ['level.signing-time-present', /(<xades:SigningTime>.*?<\/xades:SigningTime>)/, '$1$1'],
    ['level.signing-certificate-uri', '<xades:Cert>', '<xades:Cert URI="http://ca/">'],
    ['level.data-object-format', /<xades:DataObjectFormat[\s\S]*?<\/xades:DataObjectFormat>/, ''],
    ['level.data-object-format', 'ObjectReference="#r1"', 'ObjectReference="#r9"'],
    ['level.data-object-format', /<xades:MimeType>.*?<\/xades:MimeType>/, '<xades:Description>thư</xades:Description>'],
    ['level.data-object-format', /(<xades:DataObjectFormat[\s\S]*?<\/xades:DataObjectFormat>)/, '$1$1'],
    ['level.references', ' Type="http://uri.etsi.org/01903#SignedProperties"', ''],
    [
      'level.certificate-included',
      /<ds:X509Certificate>.*?<\/ds:X509Certificate>/,
      `<ds:X509Certificate>${toBase64(pki.certificate('issuing').raw)}</ds:X509Certificate>`,
    ],
    [
      'level.signer-role',
      '</xades:SignedSignatureProperties>',
      '<xades:SignerRole/><xades:SignerRoleV2/></xades:SignedSignatureProperties>',
    ],
    [
      'level.production-place',
      '</xades:SignedSignatureProperties>',
      '<xades:SignatureProductionPlace/><xades:SignatureProductionPlaceV2/></xades:SignedSignatureProperties>',
    ],
    [
      'level.signature-policy',
      '</xades:SignedSignatureProperties>',
      '<xades:SignaturePolicyIdentifier/><xades:SignaturePolicyIdentifier/></xades:SignedSignatureProperties>',
    ],
  ])('%s (%s)', (code, from, to) => {
    const document = sign(template().replace(from, to));
    const evidence = pki.evidence(soon);
    const certificates = [...evidence.certificates, pki.certificate('leader').raw];
    const report = judgedXml(document, pki, soon, { evidence: { ...evidence, certificates } });
    expect(inShort(report)).toBe('valid');
    expect(report.signatures).toMatchObject([
      { format: 'XAdES', level: null, levelFailures: [{ code, clause: 'EN 319 132-1 6.3' }] },
    ]);
  });

  it.each([
    ['level.policy-store', '<xades141:SignaturePolicyStore xmlns:xades141="http://uri.etsi.org/01903/v1.4.1#"/>'],
    ['level.old-archive-time-stamp', '<xades:ArchiveTimeStamp/>'],
  ])('%s', (code, unsigned) => expect(level(sign(template({ unsigned })))).toEqual(['valid', null, [code]]));

  it('a policy that is named is told, not looked at', () => {
    const report = judge(
      sign(
        template({
          signedMore: '<xades:SignaturePolicyIdentifier><xades:SignaturePolicyImplied/></xades:SignaturePolicyIdentifier>',
        }),
      ),
    );
    expect(report.signatures[0]?.warnings.map((one) => one.code)).toEqual(['signature.policy-not-checked']);
  });
});

describe('the signing certificate', () => {
  const serial = BigInt(`0x${pki.certificate('ofOdd').serialHex}`);
  const v1 = (issuer: string, number: string | bigint = serial) =>
    `<xades:SigningCertificate><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="${SHA256}"/><ds:DigestValue>{certDigest}</ds:DigestValue></xades:CertDigest><xades:IssuerSerial><ds:X509IssuerName>${issuer}</ds:X509IssuerName><ds:X509SerialNumber>${number}</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert></xades:SigningCertificate>`;
  const keyInfo = x509('{cert}', toBase64(pki.certificate('odd').raw));
  const judged = (certificate: string) => judge(sign(template({ certificate, keyInfo }), 'ofOdd'));
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

  it.each([
    ['as RFC 4514 writes it', escaped(nameText(pki.certificate('odd').subject))],
    ['the other way round, with spaces and small letters', 'c=vn, o="Sở TT&amp;TT, \\"Hà Nội\\"", cn=ca \\+ một'],
    ['with OIDs and hexadecimal octets', 'OID.2.5.4.3=CA \\2B m\\E1\\BB\\99t,2.5.4.10=Sở TT&amp;TT\\, \\"Hà Nội\\",C=VN'],
  ])('of the first generation is compared as a name: %s', (_, issuer) => {
    const report = judged(v1(issuer));
    expect(inShort(report)).toBe('valid');
    expect(report.signatures).toMatchObject([{ level: 'B-B', warnings: [] }]);
  });

  it('whose issuer is written otherwise is told; another serial number, or DER of another issuer, is not it', () => {
    expect(judged(v1('CN=ai đó')).signatures[0]?.warnings.map((one) => one.code)).toEqual(['xades.issuer-name-differs']);
    expect(inShort(judged(v1('CN=ai đó', serial + 1n)))).toBe('indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.bound');
    const other = USUAL_CERTIFICATE.replace('{issuerSerial}', toBase64(utf8('không phải DER')));
    expect(inShort(judge(sign(template({ certificate: other }))))).toBe(
      'indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.bound',
    );
  });

  it('that is not bound at all is no XAdES signature one could pass', () => {
    expect(inShort(judge(sign(template({ certificate: '' }))))).toBe('indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.bound');
  });
});

describe.each(['1.1.1', '1.2.2'])('XAdES %s', (version) => {
  it('is judged, and is no baseline signature', () => {
    const type = `http://uri.etsi.org/01903/v${version}#SignedProperties`;
    const certificate = USUAL_CERTIFICATE.replaceAll('SigningCertificateV2', 'SigningCertificate').replace(
      /<xades:IssuerSerialV2>.*?<\/xades:IssuerSerialV2>/,
      '',
    );
    const propertiesReference = reference('#p1', EXCLUSIVE, { type, id: 'rp' });
    const document = sign(template({ namespace: `http://uri.etsi.org/01903/v${version}#`, certificate, propertiesReference }));
    const report = judge(document);
    expect(inShort(report)).toBe('valid');
    expect(report.signatures[0]?.levelFailures.map((one) => one.code)).toContain('level.namespace');
    expect(inShort(judge(document.replace('2026-03-02T', '2020-03-02T')))).toBe('invalid HASH_FAILURE integrity.digest');
  });
});

describe('a counter-signature', () => {
  const COUNTERSIGNED = 'http://uri.etsi.org/01903#CountersignedSignature';
  const outer = () => sign(template());
  const holding = (inside: string) =>
    outer().replace(
      '</xades:SignedProperties>',
      (end) =>
        `${end}<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>${inside}</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties>`,
    );
  const counter = (uri: string) =>
    signatureByHand({ id: 's2', references: [reference(uri, EXCLUSIVE, { type: COUNTERSIGNED, id: 'c1' })] }).replace(
      /<xades:DataObjectFormat[\s\S]*?<\/xades:DataObjectFormat>/,
      '',
    );

  it('has a result of its own, and covers the value of the other', () => {
    const report = judge(sign(holding(counter('#v-s1')), 'seal'));
    expect(inShort(report)).toBe('valid');
    expect(report.signatures).toMatchObject([
      { id: 'signature-1', level: 'B-B', coverage: 'file', signer: { seal: false } },
      {
        id: 'signature-2',
        level: 'B-B',
        coverage: 'part',
        covers: [{ kind: 'signature', intact: true }],
        signer: { seal: true },
      },
    ]);
  });

  it('over something else countersigns nothing', () => {
    expect(inShort(judge(sign(holding(counter('#d1')), 'seal')))).toBe(
      'invalid FORMAT_FAILURE xades.counter-signature-elsewhere',
    );
  });

  it('whose other was changed no longer holds, and neither does the other', () => {
    const document = sign(holding(counter('#v-s1')), 'seal').replace('v-s1">', 'v-s1"> ');
    expect(judge(document).signatures.map((one) => one.subIndication)).toEqual([null, 'HASH_FAILURE']);
  });
});

describe('time-stamps of the data, made before the signature', () => {
  const octets = utf8('<so xmlns="urn:vn" Id="d1">1 đồng</so>');
  const token = (data: Uint8Array, at = pki.now - 60_000) =>
    toBase64(pki.timeStampToken({ digest: 'SHA-256', hash: digestOf(door, 'SHA-256', data) }, at));
  const stamp = (name: string, inside: string) =>
    `<xades:${name}>${name.startsWith('Individual') ? '<xades:Include URI="#r1" referencedData="true"/>' : ''}<ds:CanonicalizationMethod Algorithm="${EXC}"/><xades:EncapsulatedTimeStamp>${inside}</xades:EncapsulatedTimeStamp></xades:${name}>`;
  const made = (dataMore: string) => judge(sign(template({ references: [reference('#d1')], dataMore })));

  it.each(['AllDataObjectsTimeStamp', 'IndividualDataObjectsTimeStamp'])('%s is over what the references stand for', (name) => {
    const report = made(stamp(name, token(octets)));
    expect(inShort(report)).toBe('valid');
    expect(report.signatures[0]).toMatchObject({
      bestSignatureTimeFrom: 'validation-time',
      timestamps: [{ kind: 'content-time-stamp', imprintMatches: true, indication: 'PASSED' }],
    });
    expect(made(stamp(name, token(utf8('khác')))).signatures[0]?.timestamps).toMatchObject([{ indication: 'FAILED' }]);
  });

  it('that name no signed reference are told', () => {
    const report = made(stamp('IndividualDataObjectsTimeStamp', token(octets)).replace('#r1', '#r7'));
    expect(report.signatures[0]?.warnings.map((one) => one.code)).toContain('time-stamp.not-judged');
  });
});

describe.skipIf(xmlsecVersion === undefined)('what xmlsec1 signs passes here', () => {
  const RSA = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
  const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
  const key = { pkcs8: pki.entity('leaderRsa').pkcs8, certificate: pki.certificate('leaderRsa').raw };
  const certificate = toBase64(key.certificate);
  const filled = (text: string) =>
    text
      .replaceAll('{cert}', certificate)
      .replaceAll('{certDigest}', toBase64(digestOf(door, 'SHA-256', key.certificate)))
      .replace(/<xades:IssuerSerialV2>.*?<\/xades:IssuerSerialV2>/, '');

  it.each<[string, Partial<ByHand>, string]>([
    ['XMLDSIG, enveloped', { properties: 'none' }, 'file'],
    [
      'XMLDSIG, enveloped, inclusive forms',
      { properties: 'none', form: INCLUSIVE, references: [reference('', ENVELOPED + transform(INCLUSIVE))] },
      'file',
    ],
    ['XMLDSIG, form 1.1', { properties: 'none', form: 'http://www.w3.org/2006/12/xml-c14n11' }, 'file'],
    ['XMLDSIG over one element', { properties: 'none', references: [reference('#d1')] }, 'part'],
    ['XAdES', {}, 'file'],
  ])('%s', (_, parts, coverage) => {
    const document = xmlsecSign(filled(template({ method: RSA, ...parts })), key);
    const report = judge(document);
    expect(inShort(report)).toBe('valid');
    expect(report.signatures[0]?.coverage).toBe(coverage);
    expect(inShort(judge(document.replace('>1 ', '>2 ')))).toBe('invalid HASH_FAILURE integrity.digest');
  });
});
