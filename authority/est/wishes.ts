import { oid, sequence } from '@antin/formats/der/writer';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { OID } from '@antin/pki/oids';

/**
 * CsrAttrs of RFC 7030 §4.5.2: an EC key on P-256, a request signed with SHA-256. A wish, not a rule: RSA of 2048 bits and more is
 * certified too. No names are asked for: those stand in the approved request, and a request without any gets them all.
 *
 *     CsrAttrs ::= SEQUENCE SIZE (0..MAX) OF AttrOrOID
 */
export function csrAttributes(): Uint8Array {
  return sequence(encodeAttribute(OID.idEcPublicKey, oid(OID.secp256r1)), oid(OID.ecdsaWithSha256));
}
