import type { CryptoDoor } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { verifyRawValue } from '../raw-value.ts';
import { DS } from './names.ts';
import type { DetachedContent, ReferenceFinding } from './reference.ts';
import { checkReference, readReference } from './reference.ts';
import type { XmlSignature } from './signature.ts';
import { signedInfoOctets } from './signature.ts';

export interface XmlSignatureFinding {
  /** Of SignedInfo, and of the manifests it covers. */
  readonly references: readonly ReferenceFinding[];
  readonly value: 'valid' | 'invalid' | 'unsupported';
  /** Everything referenced is there and as it was signed, and the value is this key's. */
  readonly holds: boolean;
}

/**
 * Mathematics only: whether references and value hold for a key. Whose key that is and what it may do is judged elsewhere.
 *
 * @param spki of the certificate that the signed properties name; keys written into KeyInfo are not looked at
 */
export function checkXmlSignature(
  signature: XmlSignature,
  spki: Uint8Array,
  doors: { readonly door: CryptoDoor; readonly detached: DetachedContent },
): XmlSignatureFinding {
  const { tree, element } = signature;
  const references = signature.references.map((one) => checkReference(tree, element, one, doors));
  // A manifest is digested as it is written; what it names is not, and has to be looked at by itself.
  for (const finding of [...references]) {
    if (finding.status !== 'intact' || finding.element?.is(DS, 'Manifest') !== true) continue;
    for (const one of finding.element.childrenNamed(DS, 'Reference')) {
      references.push(checkReference(tree, element, readReference(one), doors));
    }
  }
  const value = checkSignatureValue(signature, spki, doors.door);
  return { references, value, holds: value === 'valid' && references.every((one) => one.status === 'intact') };
}

/** Only the value: is it this key's over SignedInfo? */
export function checkSignatureValue(signature: XmlSignature, spki: Uint8Array, door: CryptoDoor): XmlSignatureFinding['value'] {
  if (signature.algorithm === undefined) return 'unsupported';
  try {
    const data = signedInfoOctets(signature);
    return verifyRawValue(door, { spki, algorithm: signature.algorithm, data, value: signature.value });
  } catch (fault) {
    if (fault instanceof SignatureFault) return 'unsupported';
    throw fault;
  }
}
