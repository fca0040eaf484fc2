import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { readOctetString, readOid } from '@antin/formats/der/values';
import { parseSigningCertificate } from '@antin/pki/cms/ess';
import type { Attribute } from '@antin/pki/cms/signed-data';
import { digestOf, type CryptoDoor } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { certificateOf } from './certificate-memory.ts';

export type AttributesRefusal = 'signed-attributes' | 'digest-mismatch' | 'certificate-mismatch';

/**
 * Whether attributes that a key is asked to sign are about exactly this content and this certificate, and about nothing else.
 *
 * @param types the attribute types that must be there, once each; no other may
 * @returns undefined when they are, else why not
 */
export function refusalOfAttributes(
  signedAttributes: Uint8Array,
  expected: { readonly types: readonly string[]; readonly contentDigest: Uint8Array; readonly certificate: Uint8Array },
  door: CryptoDoor,
): { readonly reason: AttributesRefusal; readonly message: string } | undefined {
  const refuse = (reason: AttributesRefusal, message: string) => ({ reason, message });
  let attributes: Map<string, Attribute>;
  try {
    attributes = attributesOf(signedAttributes);
  } catch {
    return refuse('signed-attributes', 'the attributes to be signed are no DER SET of attributes');
  }
  const { types } = expected;
  if (attributes.size !== types.length || types.some((oid) => attributes.get(oid)?.values.length !== 1)) {
    return refuse('signed-attributes', 'there are other attributes to be signed than this kind of signature has');
  }
  const value = (oid: string): Uint8Array => attributes.get(oid)?.values[0] as Uint8Array;
  try {
    if (readOid(decodeDer(value(OID.idContentType))) !== OID.idData) {
      return refuse('signed-attributes', 'the content type is not id-data');
    }
    if (!equalBytes(readOctetString(decodeDer(value(OID.idMessageDigest))), expected.contentDigest)) {
      return refuse('digest-mismatch', 'the attributes are about another document');
    }
    const ess = attributes.get(OID.idAaSigningCertificateV2) as Attribute;
    const [id] = parseSigningCertificate(ess).certs;
    const own = certificateOf(expected.certificate);
    if (!id?.digest || !equalBytes(id.hash, digestOf(door, id.digest, own.raw))) {
      return refuse('certificate-mismatch', 'the attributes are about another certificate');
    }
    return undefined;
  } catch {
    return refuse('signed-attributes', 'an attribute to be signed is damaged');
  }
}

function attributesOf(signedAttributes: Uint8Array): Map<string, Attribute> {
  const out = new Map<string, Attribute>();
  for (const node of decodeDer(signedAttributes).children()) {
    const [type, values] = node.children();
    if (!type || !values) throw new TypeError('attribute without values');
    const oid = readOid(type);
    // Two attributes of one type: a verifier may look at the other one.
    if (out.has(oid)) throw new TypeError('attribute twice');
    out.set(oid, { oid, raw: node.raw, values: values.children().map((child) => child.raw) });
  }
  return out;
}
