import { readInPieces } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { C14N } from '@antin/formats/xml/canonicalize';
import type { Markup } from '@antin/formats/xml/write';
import { element } from '@antin/formats/xml/write';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { digestMethodUri } from '../xmldsig/algorithms.ts';
import { exemptPart, exemptRelationship, isSigned } from './exempt.ts';
import { CONTENT_TYPE, NAMESPACE, RELATIONSHIP_TRANSFORM } from './names.ts';
import type { OoxmlPackage } from './package.ts';
import { referenceUri } from './part-name.ts';
import { transformedRelationships } from './relationships.ts';

const CANONICAL = element('Transform', { Algorithm: C14N.inclusive });

/**
 * ds:Manifest over the whole package, in the order of the URIs: every part and every relationship but the properties that saving
 * changes and the signatures. Office's own list is shorter.
 *
 * @throws {SignatureFault} `ooxml.content-types` for a part without a type, which no reference can name
 * @throws {FormatFault} `zip.damaged`, `inflate.*`
 * @see ECMA-376 Part 2 §13.2.4.16, [MS-OFFCRYPTO] 2.5.2.4
 */
export function manifestOf(file: OoxmlPackage, door: CryptoDoor, digest: DigestAlgorithm): Markup {
  const references: { readonly uri: string; readonly xml: Markup }[] = [];
  const put = (uri: string, value: Uint8Array, transforms: readonly Markup[]): void => {
    const xml = element(
      'Reference',
      { URI: uri },
      ...(transforms.length === 0 ? [] : [element('Transforms', {}, ...transforms)]),
      element('DigestMethod', { Algorithm: digestMethodUri(digest) }),
      element('DigestValue', {}, toBase64(value)),
    );
    references.push({ uri, xml });
  };
  for (const part of file.parts) {
    if (part.contentType === undefined) {
      throw new SignatureFault('ooxml.content-types', `the package does not say what ${part.name} is`);
    }
    if (!isSigned(file, exemptPart(file, part))) continue;
    const content = file.content(part);
    const running = door.digest(digest);
    readInPieces(content, 0, content.size, (piece) => running.update(piece));
    put(referenceUri(part.name, part.contentType), running.finish(), []);
  }
  for (const part of file.relationshipsParts) {
    const ids = part.relationships.filter((one) => isSigned(file, exemptRelationship(file, one))).map((one) => one.id);
    if (ids.length === 0) continue;
    const octets = transformedRelationships(part.relationships, { ids: new Set(ids), types: new Set() });
    const transform = element('Transform', { Algorithm: RELATIONSHIP_TRANSFORM }, ...ids.map(relationshipReference));
    put(referenceUri(part.name, CONTENT_TYPE.relationships), digestOf(door, digest, octets), [transform, CANONICAL]);
  }
  references.sort((a, b) => (a.uri < b.uri ? -1 : 1));
  return element('Manifest', {}, ...references.map((one) => one.xml));
}

function relationshipReference(id: string): Markup {
  return element('mdssi:RelationshipReference', { 'xmlns:mdssi': NAMESPACE.packageSignature, SourceId: id });
}
