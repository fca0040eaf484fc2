import {
  bitString,
  boolean,
  context,
  enumerated,
  generalizedTime,
  header,
  integer,
  octetString,
  oid,
  sequence,
  time,
  unsignedInteger,
  contextValue,
} from '@antin/formats/der/writer';
import { TAG } from '@antin/formats/der/tags';
import { latin1 } from '@antin/formats/bytes/bytes';
import { OID } from '../oids.ts';

export interface RevokedEntry {
  /** Magnitude octets, big-endian; a leading zero octet is added where DER needs it. */
  readonly serialNumber: Uint8Array;
  readonly revokedAt: number;
  /** CRLReason; 0 and absent write no extension (RFC 5280 §5.3.1 says SHOULD be absent). */
  readonly reason?: number;
  /** When the key is known or suspected to have been compromised (RFC 5280 §5.3.2). */
  readonly invalidityDate?: number;
}

/** One entry as finished bytes: an authority stores these and a list of 100 000 becomes a memory copy. */
export function encodeRevokedEntry(entry: RevokedEntry): Uint8Array {
  const extensions: Uint8Array[] = [];
  if (entry.reason !== undefined && entry.reason !== 0) {
    extensions.push(extension(OID.cRLReason, false, enumerated(entry.reason)));
  }
  if (entry.invalidityDate !== undefined) {
    extensions.push(extension(OID.invalidityDate, false, generalizedTime(entry.invalidityDate)));
  }
  const head = [unsignedInteger(entry.serialNumber), time(entry.revokedAt)];
  return extensions.length === 0 ? sequence(...head) : sequence(...head, sequence(...extensions));
}

export interface TbsCertListParts {
  /** DER AlgorithmIdentifier, used inside and outside. */
  readonly signatureAlgorithm: Uint8Array;
  /** DER Name. */
  readonly issuer: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly crlNumber: number | bigint;
  readonly authorityKeyIdentifier: Uint8Array;
  /** Finished entries from `encodeRevokedEntry`; a piece may hold many of them, one behind the other. */
  readonly entries: readonly Uint8Array[];
  /** URL of a critical issuingDistributionPoint; absent = a full list without one. */
  readonly distributionPointUrl?: string;
  /** Further Extension TLVs, for tests that need odd lists. */
  readonly extraExtensions?: readonly Uint8Array[];
}

/** tbsCertList v2 with authorityKeyIdentifier and cRLNumber (RFC 5280 §5.2). */
export function buildTbsCertList(parts: TbsCertListParts): Uint8Array {
  const extensions = [
    extension('2.5.29.35', false, sequence(contextValue(0, parts.authorityKeyIdentifier))),
    extension('2.5.29.20', false, integer(parts.crlNumber)),
    ...(parts.distributionPointUrl === undefined
      ? []
      : [extension('2.5.29.28', true, sequence(context(0, context(0, contextValue(6, latin1(parts.distributionPointUrl))))))]),
    ...(parts.extraExtensions ?? []),
  ];
  return sequence(
    integer(1),
    parts.signatureAlgorithm,
    parts.issuer,
    time(parts.thisUpdate),
    time(parts.nextUpdate),
    // An empty revokedCertificates is forbidden: the field is left out (RFC 5280 §5.1.2.6).
    ...(parts.entries.length === 0 ? [] : listOf(parts.entries)),
    context(0, sequence(...extensions)),
  );
}

export function crlFrom(tbs: Uint8Array, signatureAlgorithm: Uint8Array, signature: Uint8Array): Uint8Array {
  return sequence(tbs, signatureAlgorithm, bitString(signature));
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** Header and content of revokedCertificates; few long pieces go into the list in one copy. */
function listOf(entries: readonly Uint8Array[]): Uint8Array[] {
  // A hundred thousand arguments overflow the stack.
  const pieces = entries.length > 1000 ? [joined(entries)] : entries;
  return [header(TAG.SEQUENCE, pieces), ...pieces];
}

function joined(entries: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const entry of entries) size += entry.length;
  const out = new Uint8Array(size);
  let at = 0;
  for (const entry of entries) {
    out.set(entry, at);
    at += entry.length;
  }
  return out;
}
