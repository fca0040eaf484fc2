import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { C14N } from '@antin/formats/xml/canonicalize';
import type { Markup } from '@antin/formats/xml/write';
import { element } from '@antin/formats/xml/write';
import type { Evidence } from '../making/evidence.ts';
import { DS } from '../xmldsig/names.ts';
import { XADES, XADES141 } from './names.ts';

/**
 * A time-stamp property with one token. It binds its prefixes itself, so that it can be put into anybody's signature.
 *
 * @param name qualified, prefix `xades` or `xades141`
 */
export function timeStampElement(name: string, namespace: string, token: Uint8Array, id?: string): Markup {
  const prefix = name.slice(0, name.indexOf(':'));
  return element(
    name,
    { 'xmlns:ds': DS, 'xmlns:xades': XADES, ...(prefix === 'xades' ? {} : { [`xmlns:${prefix}`]: namespace }), Id: id },
    element('ds:CanonicalizationMethod', { Algorithm: C14N.exclusive }),
    element('xades:EncapsulatedTimeStamp', {}, toBase64(token)),
  );
}

/** CertificateValues and RevocationValues; one that would be empty is left out. */
export function evidenceElements(evidence: Evidence): Markup[] {
  return [...certificateValues(evidence.certificates), ...revocationValues(evidence)];
}

/** What came later than an archive time-stamp stands in a container of its own (EN 319 132-1 §5.5.1). */
export function timeStampValidationData(evidence: Evidence): Markup[] {
  const inside = evidenceElements(evidence);
  if (inside.length === 0) return [];
  return [element('xades141:TimeStampValidationData', { 'xmlns:xades141': XADES141 }, ...inside)];
}

function certificateValues(certificates: readonly Uint8Array[]): Markup[] {
  if (certificates.length === 0) return [];
  return [
    element('xades:CertificateValues', { 'xmlns:xades': XADES }, ...encapsulated('EncapsulatedX509Certificate', certificates)),
  ];
}

function revocationValues({ crls, ocsps }: Evidence): Markup[] {
  if (crls.length + ocsps.length === 0) return [];
  return [
    element(
      'xades:RevocationValues',
      { 'xmlns:xades': XADES },
      ...(crls.length === 0 ? [] : [element('xades:CRLValues', {}, ...encapsulated('EncapsulatedCRLValue', crls))]),
      ...(ocsps.length === 0 ? [] : [element('xades:OCSPValues', {}, ...encapsulated('EncapsulatedOCSPValue', ocsps))]),
    ),
  ];
}

function encapsulated(name: string, values: readonly Uint8Array[]): Markup[] {
  return values.map((value) => element(`xades:${name}`, {}, toBase64(value)));
}
