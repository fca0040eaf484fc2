import type { XmlElement } from '@antin/formats/xml/element';
import { XADES, XADES141 } from '../../xades/names.ts';
import { DS } from '../../xmldsig/names.ts';

const ETSI = 'http://uri.etsi.org/01903/';
const GENERATIONS: ReadonlySet<string> = new Set([`${ETSI}v1.1.1#`, `${ETSI}v1.2.2#`, XADES]);

/** What keys, names of keys, time-stamps and evidence are written in. */
const OF_SIGNATURES: ReadonlySet<string> = new Set([
  ...[DS, ...GENERATIONS, XADES141, 'http://uri.etsi.org/19132/v1.1.1#'],
  'http://www.w3.org/2009/xmldsig11#',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/04/xmlenc#',
  'http://www.w3.org/2002/03/xkms#',
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  'urn:ietf:params:xml:ns:ers',
]);

export function isQualifyingProperties(element: XmlElement | undefined): boolean {
  return element?.localName === 'QualifyingProperties' && GENERATIONS.has(element.namespace);
}

/**
 * Elements that are no part of a signature and stand in it where no digest is over them: in KeyInfo and among the unsigned
 * properties the schemas let anything stand. The topmost of each; what is inside counter-signatures is theirs.
 *
 * @param isCovered is there a reference to this part?
 */
export function strangersIn(signature: XmlElement, isCovered: (part: XmlElement) => boolean): XmlElement[] {
  const out: XmlElement[] = [];
  const look = (element: XmlElement): void => {
    if (isCovered(element) || element.is(DS, 'Signature')) return;
    if (!OF_SIGNATURES.has(element.namespace)) out.push(element);
    else for (const one of element.children) look(one);
  };
  for (const part of signature.children) {
    if (part.is(DS, 'KeyInfo')) look(part);
    if (!part.is(DS, 'Object') || isCovered(part)) continue;
    for (const properties of part.children.filter(isQualifyingProperties)) {
      // Signed properties without a reference to them are a fault of their own.
      for (const one of properties.children) if (one.localName !== 'SignedProperties') look(one);
    }
  }
  return out;
}
