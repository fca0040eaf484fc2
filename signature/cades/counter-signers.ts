import { TAG } from '@antin/formats/der/tags';
import { context, integer, oid, sequence, tlv } from '@antin/formats/der/writer';
import { attributesOf, parseSignedData } from '@antin/pki/cms/signed-data';
import type { SignerInfo } from '@antin/pki/cms/signed-data';
import { OID } from '@antin/pki/oids';

/** The values of countersignature attributes are SignerInfos; read through the one parser of SignedData. */
export function counterSignersOf(info: SignerInfo): readonly SignerInfo[] {
  const values = attributesOf(info.unsignedAttrs, OID.idCountersignature).flatMap((one) => one.values);
  if (values.length === 0) return [];
  const signedData = sequence(integer(1), tlv(TAG.SET), sequence(oid(OID.idData)), tlv(TAG.SET, ...values));
  return parseSignedData(sequence(oid(OID.idSignedData), context(0, signedData))).signerInfos;
}
