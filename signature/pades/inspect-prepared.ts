import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { refusalOfAttributes, type AttributesRefusal } from '../making/inspect-attributes.ts';

export type PreparedCheck =
  | { readonly status: 'matches'; readonly documentDigest: Uint8Array }
  | { readonly status: 'refused'; readonly code: PreparedRefusal; readonly message: string };

export type PreparedRefusal = 'pades.byte-range' | 'pades.placeholder' | `pades.${AttributesRefusal}`;

const TYPES = [OID.idContentType, OID.idMessageDigest, OID.idAaSigningCertificateV2];

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
  const running = door.digest(digest);
  readInPieces(prepared, 0, first!, (piece) => running.update(piece));
  readInPieces(prepared, second!, rest!, (piece) => running.update(piece));
  const documentDigest = running.finish();
  const refusal = refusalOfAttributes(signedAttributes, { types: TYPES, contentDigest: documentDigest, certificate }, door);
  if (refusal !== undefined) return refuse(`pades.${refusal.reason}`, refusal.message);
  return { status: 'matches', documentDigest };
}
