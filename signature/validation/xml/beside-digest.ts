import type { XmlTree } from '@antin/formats/xml/document';
import { activeXml } from '../active-type.ts';
import type { Finding } from '../types.ts';
import type { Covered } from './covers.ts';
import { objectTypes } from './object-type.ts';
import { unsignedPrefixes } from './prefixes.ts';
import { signaturePlaces } from './signature-place.ts';

export interface BesideDigest {
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly information: readonly Finding[];
}

/**
 * What changes the reading of signed nodes and is in no digest: types of objects, meanings of prefixes, the signature's own place, what a browser
 * does with them.
 */
export function besideDigest(tree: XmlTree, covered: readonly Covered[]): BesideDigest {
  const types = objectTypes(covered);
  const prefixes = unsignedPrefixes(tree, covered);
  const places = signaturePlaces(tree, covered);
  const active = activeXml(tree);
  return {
    doubts: [...types.doubts, ...prefixes.doubts, ...places.doubts, ...active.doubts],
    warnings: [...types.warnings, ...prefixes.warnings, ...places.warnings, ...active.warnings],
    information: places.information,
  };
}
