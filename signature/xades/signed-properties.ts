import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { TAG } from '@antin/formats/der/tags';
import { context, sequence, tlv } from '@antin/formats/der/writer';
import type { Markup } from '@antin/formats/xml/write';
import { element } from '@antin/formats/xml/write';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { digestMethodUri } from '../xmldsig/algorithms.ts';
import { DS } from '../xmldsig/names.ts';
import { XADES } from './names.ts';

/** What is said about one signed data object (EN 319 132-1 §5.2.4). */
export interface DataObjectFormat {
  /** Identifier of its ds:Reference. */
  readonly reference: string;
  readonly mimeType: string;
  /** As written at the ds:Object, if it is one. */
  readonly encoding?: string;
}

export interface ProductionPlace {
  readonly city?: string;
  readonly streetAddress?: string;
  readonly stateOrProvince?: string;
  readonly postalCode?: string;
  readonly countryName?: string;
}

export interface SignedPropertiesInput {
  readonly id: string;
  readonly door: CryptoDoor;
  readonly digest: DigestAlgorithm;
  readonly certificate: Certificate;
  /** Milliseconds since 1970, claimed. */
  readonly signingTime: number;
  readonly place?: ProductionPlace;
  readonly claimedRoles?: readonly string[];
  readonly formats: readonly DataObjectFormat[];
}

/** xades:SignedProperties of a baseline signature (EN 319 132-1 §6.3): no policy, SigningCertificateV2 without URI. */
export function signedProperties(input: SignedPropertiesInput): Markup {
  const { place, claimedRoles = [] } = input;
  return element(
    'xades:SignedProperties',
    { Id: input.id },
    element(
      'xades:SignedSignatureProperties',
      {},
      element('xades:SigningTime', {}, dateTime(input.signingTime)),
      element('xades:SigningCertificateV2', {}, certificateReference(input)),
      ...(place === undefined ? [] : [productionPlace(place)]),
      ...(claimedRoles.length === 0 ? [] : [signerRole(claimedRoles)]),
    ),
    element('xades:SignedDataObjectProperties', {}, ...input.formats.map(dataObjectFormat)),
  );
}

/** `xs:dateTime` in UTC, whole seconds. */
function dateTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** IssuerSerialV2 is DER of `IssuerSerial`: names are compared by encoding, never by text (EN 319 132-1 §5.2.2). */
function certificateReference({ door, digest, certificate }: SignedPropertiesInput): Markup {
  const issuerSerial = sequence(sequence(context(4, certificate.issuer.raw)), tlv(TAG.INTEGER, certificate.serialNumber));
  return element(
    'xades:Cert',
    {},
    element(
      'xades:CertDigest',
      {},
      element('ds:DigestMethod', { Algorithm: digestMethodUri(digest) }),
      element('ds:DigestValue', {}, toBase64(digestOf(door, digest, certificate.raw))),
    ),
    element('xades:IssuerSerialV2', {}, toBase64(issuerSerial)),
  );
}

function productionPlace(place: ProductionPlace): Markup {
  const line = (name: string, text: string | undefined) => (text === undefined ? [] : [element(`xades:${name}`, {}, text)]);
  return element(
    'xades:SignatureProductionPlaceV2',
    {},
    ...line('City', place.city),
    ...line('StreetAddress', place.streetAddress),
    ...line('StateOrProvince', place.stateOrProvince),
    ...line('PostalCode', place.postalCode),
    ...line('CountryName', place.countryName),
  );
}

function signerRole(roles: readonly string[]): Markup {
  const claimed = roles.map((role) => element('xades:ClaimedRole', {}, role));
  return element('xades:SignerRoleV2', {}, element('xades:ClaimedRoles', {}, ...claimed));
}

function dataObjectFormat({ reference, mimeType, encoding }: DataObjectFormat): Markup {
  return element(
    'xades:DataObjectFormat',
    { ObjectReference: `#${reference}` },
    element('xades:MimeType', {}, mimeType),
    ...(encoding === undefined ? [] : [element('xades:Encoding', {}, encoding)]),
  );
}

/** The ds:Object around it; unsigned properties come in when the value is known. */
export function qualifyingProperties(signatureId: string, properties: Markup): Markup {
  const qualifying = element('xades:QualifyingProperties', { 'xmlns:xades': XADES, Target: `#${signatureId}` }, properties);
  return element('ds:Object', {}, qualifying);
}

/** `<ds:Signature …>` with children, the one place where the prefix is bound. */
export function signatureElement(id: string, ...children: readonly Markup[]): Markup {
  return element('ds:Signature', { 'xmlns:ds': DS, Id: id }, ...children);
}
