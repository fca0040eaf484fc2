import {
  bitString,
  context,
  contextValue,
  enumerated,
  generalizedTime,
  octetString,
  oid,
  sequence,
} from '@antin/formats/der/writer';
import { OID } from '../oids.ts';
import type { CertStatus, OcspResponseStatus } from './response.ts';

export interface SingleResponseParts {
  /** DER CertID, copied from the request so that the client recognises it. */
  readonly certId: Uint8Array;
  readonly status: CertStatus;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly archiveCutoff?: number;
}

export interface ResponseDataParts {
  /** byName: DER Name of the responder; byKey: SHA-1 of its public key bits. */
  readonly responderId: { readonly name: Uint8Array } | { readonly keyHash: Uint8Array };
  readonly producedAt: number;
  readonly responses: readonly SingleResponseParts[];
  readonly nonce?: Uint8Array;
}

const STATUS_VALUE: Record<OcspResponseStatus, number> = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
};

/** tbsResponseData: what the responder's key signs. Times without fraction (RFC 6960 §4.2.2.1, RFC 5280 rules). */
export function buildResponseData(parts: ResponseDataParts): Uint8Array {
  const responder =
    'name' in parts.responderId ? context(1, parts.responderId.name) : context(2, octetString(parts.responderId.keyHash));
  const extensions =
    parts.nonce === undefined
      ? []
      : [context(1, sequence(sequence(oid(OID.idPkixOcspNonce), octetString(octetString(parts.nonce)))))];
  return sequence(responder, generalizedTime(parts.producedAt), sequence(...parts.responses.map(single)), ...extensions);
}

function single(parts: SingleResponseParts): Uint8Array {
  return sequence(
    parts.certId,
    certStatus(parts.status),
    generalizedTime(parts.thisUpdate),
    ...(parts.nextUpdate === undefined ? [] : [context(0, generalizedTime(parts.nextUpdate))]),
    ...(parts.archiveCutoff === undefined
      ? []
      : [context(1, sequence(sequence(oid(OID.idPkixOcspArchiveCutoff), octetString(generalizedTime(parts.archiveCutoff)))))]),
  );
}

function certStatus(status: CertStatus): Uint8Array {
  if (status.kind === 'good') return contextValue(0, new Uint8Array());
  if (status.kind === 'unknown') return contextValue(2, new Uint8Array());
  const reason = status.reason === undefined ? [] : [context(0, enumerated(status.reason))];
  return context(1, generalizedTime(status.at), ...reason);
}

/**
 * A successful OCSPResponse around finished response data.
 *
 * @param certificates raw; a delegated responder sends its own so that the client can check it (RFC 6960 §4.2.2.2)
 */
export function ocspResponseFrom(
  tbs: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signature: Uint8Array,
  certificates: readonly Uint8Array[],
): Uint8Array {
  const basic = sequence(
    tbs,
    signatureAlgorithm,
    bitString(signature),
    ...(certificates.length === 0 ? [] : [context(0, sequence(...certificates))]),
  );
  return sequence(enumerated(0), context(0, sequence(oid(OID.idPkixOcspBasic), octetString(basic))));
}

/** The unsigned answers: malformedRequest, unauthorized, tryLater … */
export function ocspErrorResponse(status: Exclude<OcspResponseStatus, 'successful'>): Uint8Array {
  return sequence(enumerated(STATUS_VALUE[status]));
}
