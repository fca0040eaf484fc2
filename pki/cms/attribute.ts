import { compareBytes } from '@antin/formats/bytes/bytes';
import { TAG } from '@antin/formats/der/tags';
import { oid, sequence, setOf, tlv } from '@antin/formats/der/writer';

/** `Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF ANY }` (RFC 5652 §5.3) */
export function encodeAttribute(type: string, ...values: readonly Uint8Array[]): Uint8Array {
  return sequence(oid(type), setOf(...values));
}

/** A DER SET OF ready attributes, sorted by encoding: SignedAttributes under its universal tag. */
export function encodeAttributes(attributes: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.SET, ...[...attributes].sort(compareBytes));
}
