import { RELATION } from './names.ts';
import type { OoxmlPackage, OoxmlPart } from './package.ts';
import type { Relationship } from './relationships.ts';
import { shownBy } from './shown-properties.ts';

/**
 * Why something need not be covered by a signature. `signature` and `properties`: nobody covers them, because signing itself, and
 * every saving, changes them. The others: Office never covers them, and they do not show in the document; we do cover them.
 */
export type Exemption = 'signature' | 'properties' | 'thumbnail' | 'custom-properties' | 'custom-data' | 'editing-data';

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const STRICT = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
const MICROSOFT = 'http://schemas.microsoft.com/office';

const OF_RELATION: ReadonlyMap<string, Exemption> = new Map([
  [RELATION.origin, 'signature'],
  [RELATION.signature, 'signature'],
  [RELATION.certificate, 'signature'],
  [RELATION.coreProperties, 'properties'],
  // As LibreOffice writes it.
  ['http://schemas.openxmlformats.org/officedocument/2006/relationships/metadata/core-properties', 'properties'],
  [`${OFFICE}/extended-properties`, 'properties'],
  [`${STRICT}/extendedProperties`, 'properties'],
  [RELATION.thumbnail, 'thumbnail'],
  [`${OFFICE}/custom-properties`, 'custom-properties'],
  [`${STRICT}/customProperties`, 'custom-properties'],
  [`${OFFICE}/customXml`, 'custom-data'],
  [`${OFFICE}/customXmlProps`, 'custom-data'],
  [`${STRICT}/customXml`, 'custom-data'],
  [`${STRICT}/customXmlProps`, 'custom-data'],
  [`${MICROSOFT}/2011/relationships/people`, 'editing-data'],
  [`${MICROSOFT}/2011/relationships/commentsExtended`, 'editing-data'],
  [`${MICROSOFT}/2016/09/relationships/commentsIds`, 'editing-data'],
  [`${MICROSOFT}/2018/08/relationships/commentsExtensible`, 'editing-data'],
  [`${MICROSOFT}/2015/10/relationships/revisionInfo`, 'editing-data'],
  [`${MICROSOFT}/2016/11/relationships/changesInfo`, 'editing-data'],
]);

/** What those relationships may lead to: a main document that calls itself properties is none. */
const LEADS_TO: Readonly<Record<Exemption, RegExp>> = {
  signature: /^application\/vnd\.openxmlformats-package\.digital-signature-(origin|xmlsignature\+xml|certificate)$/,
  properties: /^application\/vnd\.openxmlformats-(package\.core-properties|officedocument\.extended-properties)\+xml$/,
  thumbnail: /^image\//,
  'custom-properties': /^application\/vnd\.openxmlformats-officedocument\.custom-properties\+xml$/,
  'custom-data': /^(application\/xml|application\/vnd\.openxmlformats-officedocument\.customXmlProperties\+xml)$/,
  'editing-data':
    /^application\/vnd\.(openxmlformats-officedocument\.wordprocessingml\.(people|comments[A-Z]\w*)|ms-powerpoint\.(revision|changes)info)\+xml$/,
};

/** Why a relationship need not be covered, or undefined when it must be. */
export function exemptRelationship(file: OoxmlPackage, relationship: Relationship): Exemption | undefined {
  const why = OF_RELATION.get(relationship.type);
  if (why === undefined || relationship.external || relationship.part === undefined) return undefined;
  const type = file.part(relationship.part)?.contentType;
  return type !== undefined && LEADS_TO[why].test(type) ? why : undefined;
}

/** Of a part: all relationships that lead to it agree. One that nothing leads to is not exempt: repairing readers find it. */
export function exemptPart(file: OoxmlPackage, part: OoxmlPart): Exemption | undefined {
  const why = new Set(file.relationshipsTo(part).map((one) => exemptRelationship(file, one)));
  return why.size === 1 ? [...why][0] : undefined;
}

/** Does the document show it after all? Content controls and fields show what data and properties say, whatever stands in it. */
export function isContent(file: OoxmlPackage, why: Exemption): boolean {
  if (why === 'custom-data') return shownBy(file).data;
  return (why === 'properties' || why === 'custom-properties') && shownBy(file).properties;
}

/** What we sign: all but what signing and saving themselves change, where it does not show. */
export function isSigned(file: OoxmlPackage, why: Exemption | undefined): boolean {
  return why === undefined || isContent(file, why) || (why !== 'signature' && why !== 'properties');
}
