import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOctetString, readSmallInteger } from '@antin/formats/der/values';
import { context, octetString, oid, sequence } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';
import { parseExtensions } from '../x509/extensions.ts';
import type { Extension } from '../x509/extensions.ts';
import { parseCertId } from './certificate-id.ts';
import type { CertId } from './certificate-id.ts';

/** Request extensions of RFC 6960 §4.4 and RFC 8954: those a responder may see, acted upon or not. */
const KNOWN: ReadonlySet<string> = new Set([
  OID.idPkixOcspNonce,
  OID.idPkixOcspResponse,
  OID.idPkixOcspServiceLocator,
  '1.3.6.1.5.5.7.48.1.8', // preferred signature algorithms
]);

export interface OcspRequest {
  readonly requests: readonly { readonly certId: CertId }[];
  /** Octets of the nonce; RFC 9654 allows 1 to 128 and expects 32. */
  readonly nonce?: Uint8Array;
  readonly signed: boolean;
}

/** The nonce is an OCTET STRING inside extnValue; old clients put bare octets there and those are taken as they are. */
export function readNonce(value: Uint8Array): Uint8Array {
  let nonce = value;
  if (value[0] === TAG.OCTET_STRING) {
    try {
      nonce = readOctetString(decodeDer(value));
    } catch {
      nonce = value;
    }
  }
  if (nonce.length === 0 || nonce.length > 128) throw new FormatFault('ocsp.nonce-length', 'nonce must have 1 to 128 octets');
  return nonce;
}

/**
 * OCSPRequest (RFC 6960 §4.1). A signature on the request is noticed, not judged.
 *
 * @throws {FormatFault} `ocsp.*`, `der.*`: the responder answers `malformedRequest`
 */
export function parseOcspRequest(der: Uint8Array, budget: { readonly maxRequests: number } = { maxRequests: 64 }): OcspRequest {
  const [tbs, signature] = decodeDer(der, { depth: 16, nodes: 4096 }).expect(TAG.SEQUENCE, 'OCSPRequest').children();
  if (tbs === undefined) throw new FormatFault('ocsp.request', 'OCSPRequest is empty', 0);
  const parts = tbs.expect(TAG.SEQUENCE, 'TBSRequest').children();
  let at = 0;
  if (parts[at]?.tag === 0xa0) {
    const [version] = (parts[at++] as DerNode).children();
    if (version === undefined || readSmallInteger(version) !== 0)
      throw new FormatFault('ocsp.version', 'only v1 exists', tbs.start);
  }
  if (parts[at]?.tag === 0xa1) at++;
  const list = parts[at++];
  if (list === undefined) throw new FormatFault('ocsp.request', 'requestList is missing', tbs.start);
  const items = list.expect(TAG.SEQUENCE, 'requestList').children();
  if (items.length === 0 || items.length > budget.maxRequests)
    throw new FormatFault('ocsp.request-count', 'number of requests', list.start);
  const requests = items.map((item) => {
    const [id, single] = item.expect(TAG.SEQUENCE, 'Request').children();
    if (id === undefined) throw new FormatFault('ocsp.request', 'Request is empty', item.start);
    if (single !== undefined) refuseUnknownCritical(parseExtensions(single.inner()));
    return { certId: parseCertId(id) };
  });
  let nonce: Uint8Array | undefined;
  if (parts[at]?.tag === 0xa2) {
    const extensions = parseExtensions((parts[at++] as DerNode).inner());
    refuseUnknownCritical(extensions);
    const value = extensions.get(OID.idPkixOcspNonce)?.value;
    if (value !== undefined) nonce = readNonce(value);
  }
  if (at !== parts.length) throw new FormatFault('ocsp.request', 'unexpected part of TBSRequest', parts[at]?.start);
  return { requests, ...(nonce === undefined ? {} : { nonce }), signed: signature !== undefined };
}

function refuseUnknownCritical(extensions: ReadonlyMap<string, Extension>): void {
  for (const extension of extensions.values()) {
    if (extension.critical && !KNOWN.has(extension.oid)) {
      throw new FormatFault('ocsp.critical-extension', `critical extension ${extension.oid} is not understood`);
    }
  }
}

/** @param ids DER CertIDs from `certId` */
export function buildOcspRequest(ids: readonly Uint8Array[], nonce?: Uint8Array): Uint8Array {
  const extensions =
    nonce === undefined ? [] : [context(2, sequence(sequence(oid(OID.idPkixOcspNonce), octetString(octetString(nonce)))))];
  return sequence(sequence(sequence(...ids.map((id) => sequence(id))), ...extensions));
}
