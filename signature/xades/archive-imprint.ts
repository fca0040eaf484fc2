import { C14N, canonicalize } from '@antin/formats/xml/canonicalize';
import type { CanonicalForm } from '@antin/formats/xml/canonicalize';
import type { XmlElement } from '@antin/formats/xml/element';
import type { DetachedContent } from '../xmldsig/reference.ts';
import { writeReferenceOctets } from '../xmldsig/reference.ts';
import type { XadesSignature } from './read-signed.ts';

export interface ArchiveImprintOptions {
  readonly detached: DetachedContent;
  /** Of the time-stamp; default exclusive. */
  readonly form?: CanonicalForm;
  /** The ArchiveTimeStamp that is judged; for a new one, all unsigned properties count. */
  readonly before?: XmlElement;
}

/**
 * Feeds what an xades141:ArchiveTimeStamp is over, "not distributed" case (EN 319 132-1 §5.5.2.2): what the references stand
 * for, SignedInfo, SignatureValue, KeyInfo, the unsigned properties before it, and every ds:Object but the one with the
 * qualifying properties.
 *
 * @throws {SignatureFault} `xmldsig.*` when something referenced is not there
 */
export function writeArchiveImprint(
  { signature, qualifyingProperties, unsigned }: Pick<XadesSignature, 'signature' | 'qualifyingProperties' | 'unsigned'>,
  { detached, form = C14N.exclusive, before }: ArchiveImprintOptions,
  update: (piece: Uint8Array) => void,
): void {
  const { tree, element, references } = signature;
  for (const reference of references) writeReferenceOctets(tree, element, reference, detached, update, form);
  const write = (part: XmlElement | undefined): void => {
    if (part !== undefined) update(canonicalize(tree, form, { apex: part }));
  };
  write(signature.signedInfo);
  write(signature.valueElement);
  write(signature.keyInfo);
  for (const property of unsigned?.children ?? []) {
    if (before !== undefined && property.start >= before.start) break;
    write(property);
  }
  for (const object of signature.objects) if (!object.contains(qualifyingProperties)) write(object);
}
