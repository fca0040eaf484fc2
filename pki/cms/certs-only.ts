import { concatBytes } from '@antin/formats/bytes/bytes';
import { context, integer, oid, retag, sequence, setOf } from '@antin/formats/der/writer';
import { OID } from '../oids.ts';

/**
 * A "certs-only" CMS: SignedData without signers and content, how certificates travel together (RFC 5652 §5, RFC 8551 §3.8;
 * what EST answers, RFC 7030 §4.1.3).
 */
export function certsOnly(certificates: readonly Uint8Array[]): Uint8Array {
  const content = sequence(
    integer(1),
    setOf(),
    sequence(oid(OID.idData)),
    retag(sequence(concatBytes(...certificates)), 0xa0),
    setOf(),
  );
  return sequence(oid(OID.idSignedData), context(0, content));
}
