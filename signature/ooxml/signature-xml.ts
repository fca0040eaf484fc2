import { toBase64, toHex } from '@antin/formats/bytes/text-encodings';
import { C14N } from '@antin/formats/xml/canonicalize';
import type { Markup } from '@antin/formats/xml/write';
import { element } from '@antin/formats/xml/write';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import { digestMethodUri, signatureMethodUri } from '../xmldsig/algorithms.ts';
import { DS, TYPE } from '../xmldsig/names.ts';
import { SIGNED_PROPERTIES_TYPE, XADES } from '../xades/names.ts';
import { ID, NAMESPACE } from './names.ts';

/**
 * The elements of a package signature, letter for letter as Office writes them ([MS-OFFCRYPTO] 2.5.2): default namespace, prefixes
 * `mdssi` and `xd`, the identifiers that readers look for.
 */
export function signatureXml(...children: readonly Markup[]): Markup {
  return element('Signature', { xmlns: DS, Id: ID.signature }, ...children);
}

/** The package-specific object (ECMA-376 Part 2 §13.2.4.15): exactly one manifest and the time. */
export function packageObject(manifest: Markup, signingTime: number): Markup {
  const time = element(
    'mdssi:SignatureTime',
    { 'xmlns:mdssi': NAMESPACE.packageSignature },
    element('mdssi:Format', {}, 'YYYY-MM-DDThh:mm:ssTZD'),
    element('mdssi:Value', {}, dateTime(signingTime)),
  );
  return element('Object', { Id: ID.packageObject }, manifest, signatureProperty(ID.signatureTime, time));
}

/**
 * SignatureInfoV1 ([MS-OFFCRYPTO] 2.5.2.5). Its schema requires answers about Windows, Office and the signer's screen: the same
 * for everybody, because they are nobody's business and prove nothing.
 */
const FIXED: readonly (readonly [name: string, value: string])[] = [
  ['WindowsVersion', '10.0'],
  ['OfficeVersion', '16.0'],
  ['ApplicationVersion', '16.0'],
  ['Monitors', '1'],
  ['HorizontalResolution', '1280'],
  ['VerticalResolution', '800'],
  ['ColorDepth', '32'],
  ['SignatureProviderId', '{00000000-0000-0000-0000-000000000000}'],
  ['SignatureProviderUrl', ''],
  ['SignatureProviderDetails', '9'],
  ['SignatureType', '1'],
];

export function officeObject(digest: DigestAlgorithm, comments = ''): Markup {
  const details = element(
    'SignatureInfoV1',
    { xmlns: NAMESPACE.officeSignature },
    ...['SetupID', 'SignatureText', 'SignatureImage'].map((name) => element(name, {})),
    element('SignatureComments', {}, comments),
    ...FIXED.map(([name, value]) => element(name, {}, value)),
    element('ManifestHashAlgorithm', {}, digestMethodUri(digest)),
  );
  return element('Object', { Id: ID.officeObject }, signatureProperty(ID.officeDetails, details));
}

function signatureProperty(id: string, content: Markup): Markup {
  return element('SignatureProperties', {}, element('SignatureProperty', { Id: id, Target: `#${ID.signature}` }, content));
}

export interface QualifyingInput {
  readonly door: CryptoDoor;
  readonly digest: DigestAlgorithm;
  readonly certificate: Certificate;
  readonly signingTime: number;
}

/** [MS-OFFCRYPTO] 2.5.2.6: SigningTime, SigningCertificate (the first form) and a policy are required, hence XAdES-EPES. */
export function qualifyingObject({ door, digest, certificate, signingTime }: QualifyingInput): Markup {
  const cert = element(
    'xd:Cert',
    {},
    element(
      'xd:CertDigest',
      {},
      element('DigestMethod', { Algorithm: digestMethodUri(digest) }),
      element('DigestValue', {}, toBase64(digestOf(door, digest, certificate.raw))),
    ),
    element(
      'xd:IssuerSerial',
      {},
      element('X509IssuerName', {}, nameText(certificate.issuer)),
      element('X509SerialNumber', {}, BigInt(`0x${toHex(certificate.serialNumber)}`).toString()),
    ),
  );
  const signed = element(
    'xd:SignedProperties',
    { Id: ID.signedProperties },
    element(
      'xd:SignedSignatureProperties',
      {},
      element('xd:SigningTime', {}, dateTime(signingTime)),
      element('xd:SigningCertificate', {}, cert),
      element('xd:SignaturePolicyIdentifier', {}, element('xd:SignaturePolicyImplied', {})),
    ),
  );
  return element('Object', {}, element('xd:QualifyingProperties', { 'xmlns:xd': XADES, Target: `#${ID.signature}` }, signed));
}

export interface SignedInfoInput {
  readonly algorithm: SignatureAlgorithm;
  readonly digest: DigestAlgorithm;
  readonly packageObject: Uint8Array;
  readonly officeObject: Uint8Array;
  readonly signedProperties: Uint8Array;
}

/** Canonical XML 1.0 throughout: the only form that ECMA-376 Part 2 §13.2.4.10 lets producers write. */
export function signedInfoXml(input: SignedInfoInput): Markup {
  const reference = (id: string, type: string, value: Uint8Array, ...transforms: readonly Markup[]): Markup =>
    element(
      'Reference',
      { Type: type, URI: `#${id}` },
      ...(transforms.length === 0 ? [] : [element('Transforms', {}, ...transforms)]),
      element('DigestMethod', { Algorithm: digestMethodUri(input.digest) }),
      element('DigestValue', {}, toBase64(value)),
    );
  return element(
    'SignedInfo',
    {},
    element('CanonicalizationMethod', { Algorithm: C14N.inclusive }),
    element('SignatureMethod', { Algorithm: signatureMethodUri(input.algorithm) }),
    reference(ID.packageObject, TYPE.object, input.packageObject),
    reference(ID.officeObject, TYPE.object, input.officeObject),
    reference(
      ID.signedProperties,
      SIGNED_PROPERTIES_TYPE,
      input.signedProperties,
      element('Transform', { Algorithm: C14N.inclusive }),
    ),
  );
}

export function keyInfo(certificates: readonly Uint8Array[]): Markup {
  const values = certificates.map((raw) => element('X509Certificate', {}, toBase64(raw)));
  return element('KeyInfo', {}, element('X509Data', {}, ...values));
}

/** `xs:dateTime` in UTC, whole seconds. */
function dateTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
