import type { XmlTree } from '@antin/formats/xml/document';
import { DS } from '../../xmldsig/names.ts';

/** URIs of ds:Reference elements that name something outside the document, as written, each once. */
export function externalNames(tree: XmlTree): readonly string[] {
  const names = new Set<string>();
  for (const element of tree.elements) {
    if (!element.is(DS, 'Reference') || !(element.parent?.is(DS, 'SignedInfo') || element.parent?.is(DS, 'Manifest'))) continue;
    const uri = element.attribute('URI');
    if (uri !== undefined && uri !== '' && !uri.startsWith('#')) names.add(uri);
  }
  return [...names];
}
