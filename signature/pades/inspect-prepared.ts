import { equalBytes } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import { readOctetString, readOid } from '@antin/formats/der/values';
import { parseSigningCertificate } from '@antin/pki/cms/ess';
import type { Attribute } from '@antin/pki/cms/signed-data';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { certificateOf } from '../making/certificate-memory.ts';

export type PreparedCheck =
  | { readonly status: 'matches'; readonly documentDigest: Uint8Array }
  | { readonly status: 'refused'; readonly code: PreparedRefusal; readonly message: string };

export type PreparedRefusal =
  'pades.byte-range' | 'pades.placeholder' | 'pades.signed-attributes' | 'pades.digest-mismatch' | 'pades.certificate-mismatch';

/**
 * What an agent checks before its key signs: these attributes are about this file, all of it but an empty `/Contents`, and
 * about this certificate; and nothing else is being signed.
 *
 * @param prepared the whole file with the empty place (`preparedSource`)
 * @param signedAttributes the DER SET the key is asked to sign
 */
export function checkPrepared(
  prepared: ByteSource,
  byteRange: readonly number[],
  signedAttributes: Uint8Array,
  certificate: Uint8Array,
  digest: DigestAlgorithm,
  door: CryptoDoor,
): PreparedCheck {
  const refuse = (code: PreparedRefusal, message: string): PreparedCheck => ({ status: 'refused', code, message });
  const [zero, first, second, rest] = byteRange;
  const shaped = byteRange.length === 4 && byteRange.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!shaped || zero !== 0 || !(first! + 2 < second!) || second! + rest! !== prepared.size) {
    return refuse('pades.byte-range', 'the byte range does not cover the whole file but one gap');
  }
  const gap = prepared.read(first!, second! - first!);
  const empty = gap[0] === 0x3c && gap[gap.length - 1] === 0x3e && gap.subarray(1, -1).every((b) => b === 0x30);
  if (!empty) return refuse('pades.placeholder', 'the place of the signature is not an empty /Contents string');
  let attributes: Map<string, Attribute>;
  try {
    attributes = attributesOf(signedAttributes);
  } catch {
    return refuse('pades.signed-attributes', 'the attributes to be signed are no DER SET of attributes');
  }
  const expected = [OID.idContentType, OID.idMessageDigest, OID.idAaSigningCertificateV2];
  if (attributes.size !== 3 || expected.some((oid) => attributes.get(oid)?.values.length !== 1)) {
    return refuse('pades.signed-attributes', 'expected content-type, message-digest and signing-certificate-v2, once each');
  }
  const value = (oid: string): Uint8Array => attributes.get(oid)?.values[0] as Uint8Array;
  try {
    if (readOid(decodeDer(value(OID.idContentType))) !== OID.idData) {
      return refuse('pades.signed-attributes', 'the content type is not id-data');
    }
    const running = door.digest(digest);
    readInPieces(prepared, 0, first!, (piece) => running.update(piece));
    readInPieces(prepared, second!, rest!, (piece) => running.update(piece));
    const documentDigest = running.finish();
    if (!equalBytes(readOctetString(decodeDer(value(OID.idMessageDigest))), documentDigest)) {
      return refuse('pades.digest-mismatch', 'the attributes are about another document');
    }
    const ess = attributes.get(OID.idAaSigningCertificateV2) as Attribute;
    const [id] = parseSigningCertificate(ess).certs;
    const own = certificateOf(certificate);
    if (!id?.digest || !equalBytes(id.hash, digestOf(door, id.digest, own.raw))) {
      return refuse('pades.certificate-mismatch', 'the attributes are about another certificate');
    }
    return { status: 'matches', documentDigest };
  } catch {
    return refuse('pades.signed-attributes', 'an attribute to be signed is damaged');
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
