import { indexOfBytes, utf8 } from '@antin/formats/bytes/bytes';
import { parseXml } from '@antin/formats/xml/document';
import type { XmlTree } from '@antin/formats/xml/document';
import type { CryptoDoor } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { checkReference } from '../xmldsig/reference.ts';
import { readXmlSignature, signatureElements } from '../xmldsig/signature.ts';

const SIGNATURE = utf8('Signature');

/**
 * What was intact before must be intact afterwards: a reference to the whole document with the plain enveloped-signature
 * transform, say, covers every signature but its own, so the next one would break it.
 *
 * @throws {SignatureFault} `xades.breaks-earlier`
 */
export function requireEarlierKept(before: Uint8Array, after: Uint8Array, signatureId: string, door: CryptoDoor): void {
  if (indexOfBytes(before, SIGNATURE) < 0) return;
  const kept = findings(before, undefined, door);
  if (kept.length === 0) return;
  const now = findings(after, signatureId, door);
  for (const [i, status] of kept.entries()) {
    if (status === 'intact' && now[i] !== 'intact') {
      throw new SignatureFault('xades.breaks-earlier', 'an earlier signature covers the place and would no longer hold');
    }
  }
}

/** Of all references of all signatures but the new one, in document order. */
function findings(document: Uint8Array, newId: string | undefined, door: CryptoDoor): string[] {
  const tree = parseXml(document);
  try {
    const earlier = signatureElements(tree).filter((one) => newId === undefined || one.attribute('Id') !== newId);
    return earlier.flatMap((element) => statuses(tree, element, door));
  } finally {
    tree.dispose();
  }
}

function statuses(tree: XmlTree, element: XmlTree['root'], door: CryptoDoor): string[] {
  const { references } = readXmlSignature(tree, element);
  return references.map((one) => checkReference(tree, element, one, { door, detached: () => undefined }).status);
}
