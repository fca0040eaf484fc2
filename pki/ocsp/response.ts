import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBitStringBytes, readOctetString, readOid, readSmallInteger, readTime } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';
import { parseExtensions } from '../x509/extensions.ts';
import type { Extension } from '../x509/extensions.ts';
import { parseName } from '../x509/name.ts';
import type { Name } from '../x509/name.ts';
import { parseCertId } from './certificate-id.ts';
import type { CertId } from './certificate-id.ts';
import { readNonce } from './request.ts';

export type OcspResponseStatus =
  'successful' | 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized';

const STATUS: readonly (OcspResponseStatus | undefined)[] = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
];

export type CertStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly at: number; readonly reason?: number }
  | { readonly kind: 'unknown' };

export interface SingleResponse {
  readonly certId: CertId;
  readonly status: CertStatus;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  /** Moment back to which revocation data of expired certificates is kept (RFC 6960 §4.4.4). */
  readonly archiveCutoff?: number;
  /** SHA-1 or other hash of the certificate itself, where the responder proves that it knows it (CommonPKI certHash). */
  readonly certHash?: { readonly algorithm: AlgorithmIdentifier; readonly hash: Uint8Array };
  readonly unknownCritical: readonly string[];
}

export type ResponderId =
  | { readonly kind: 'name'; readonly name: Name }
  /** SHA-1 of the responder's public key bits. */
  | { readonly kind: 'key'; readonly keyHash: Uint8Array };

export interface BasicOcspResponse {
  readonly raw: Uint8Array;
  readonly tbs: Uint8Array;
  readonly responderId: ResponderId;
  readonly producedAt: number;
  readonly responses: readonly SingleResponse[];
  readonly nonce?: Uint8Array;
  readonly unknownCritical: readonly string[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** Raw certificates the responder sent along. */
  readonly certificates: readonly Uint8Array[];
}

export interface OcspResponse {
  readonly status: OcspResponseStatus;
  readonly basic?: BasicOcspResponse;
}

const CERT_HASH = '1.3.36.8.3.13';

/** OCSPResponse (RFC 6960 §4.2). @throws {FormatFault} `ocsp.*`, `der.*` */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  const [statusNode, wrapper, ...more] = decodeDer(der).expect(TAG.SEQUENCE, 'OCSPResponse').children();
  if (statusNode === undefined || more.length > 0) throw new FormatFault('ocsp.response', 'OCSPResponse damaged', 0);
  const status = STATUS[readSmallInteger(statusNode, TAG.ENUMERATED)];
  if (status === undefined) throw new FormatFault('ocsp.status', 'responseStatus unknown', statusNode.start);
  if (wrapper === undefined) {
    if (status === 'successful') throw new FormatFault('ocsp.response', 'successful without responseBytes', 0);
    return { status };
  }
  // responseStatus is not signed: an error with an answer inside is one somebody has tampered with.
  if (status !== 'successful') throw new FormatFault('ocsp.response', `${status} with responseBytes`, wrapper.start);
  const [bytes] = wrapper.expect(0xa0, 'responseBytes').children();
  const [type, value] = bytes?.expect(TAG.SEQUENCE, 'ResponseBytes').children() ?? [];
  if (type === undefined || value === undefined) throw new FormatFault('ocsp.response', 'ResponseBytes damaged', wrapper.start);
  if (readOid(type) !== OID.idPkixOcspBasic) return { status };
  return { status, basic: parseBasicOcspResponse(readOctetString(value)) };
}

/** BasicOCSPResponse, as `RevocationInfoArchival` and CMS carry it bare. @throws {FormatFault} */
function parseBasicOcspResponse(der: Uint8Array): BasicOcspResponse {
  const [tbs, algorithm, signature, certs, ...more] = decodeDer(der).expect(TAG.SEQUENCE, 'BasicOCSPResponse').children();
  if (tbs === undefined || algorithm === undefined || signature === undefined || more.length > 0) {
    throw new FormatFault('ocsp.response', 'BasicOCSPResponse must have three or four parts', 0);
  }
  const parts = tbs.expect(TAG.SEQUENCE, 'tbsResponseData').children();
  let at = 0;
  const next = (what: string): DerNode => {
    const node = parts[at++];
    if (node === undefined) throw new FormatFault('ocsp.response', `tbsResponseData ends before ${what}`, tbs.end);
    return node;
  };
  if (parts[0]?.tag === 0xa0) {
    const [version] = next('version').children();
    if (version === undefined || readSmallInteger(version) !== 0)
      throw new FormatFault('ocsp.version', 'only v1 exists', tbs.start);
  }
  const responderId = readResponderId(next('responderID'));
  const producedAt = readTime(next('producedAt').expect(TAG.GENERALIZED_TIME, 'producedAt'));
  const responses = next('responses').expect(TAG.SEQUENCE, 'responses').children().map(readSingle);
  const extensions = parts[at]?.tag === 0xa1 ? parseExtensions(next('responseExtensions').inner()) : new Map<string, Extension>();
  if (at !== parts.length) throw new FormatFault('ocsp.response', 'unexpected part of tbsResponseData', parts[at]?.start);
  const nonce = extensions.get(OID.idPkixOcspNonce)?.value;
  return {
    raw: der,
    tbs: tbs.raw,
    responderId,
    producedAt,
    responses,
    ...(nonce === undefined ? {} : { nonce: readNonce(nonce) }),
    unknownCritical: unknownCritical(extensions, [OID.idPkixOcspNonce]),
    signatureAlgorithm: parseAlgorithmIdentifier(algorithm),
    signature: readBitStringBytes(signature),
    certificates: certs === undefined ? [] : readCertificates(certs),
  };
}

function readCertificates(wrapper: DerNode): Uint8Array[] {
  const [list, ...more] = wrapper.expect(0xa0, 'certs').children();
  if (list === undefined || more.length > 0) throw new FormatFault('ocsp.response', 'certs damaged', wrapper.start);
  return list
    .expect(TAG.SEQUENCE, 'certs')
    .children()
    .map((node) => node.raw);
}

function readResponderId(node: DerNode): ResponderId {
  const [inner] = node.children();
  if (inner !== undefined && node.tag === 0xa1) return { kind: 'name', name: parseName(inner) };
  if (inner !== undefined && node.tag === 0xa2) return { kind: 'key', keyHash: readOctetString(inner) };
  throw new FormatFault('ocsp.responder-id', 'ResponderID of an unknown kind', node.start);
}

function readSingle(node: DerNode): SingleResponse {
  const parts = node.expect(TAG.SEQUENCE, 'SingleResponse').children();
  const [id, status, thisUpdate] = parts;
  if (id === undefined || status === undefined || thisUpdate === undefined) {
    throw new FormatFault('ocsp.response', 'SingleResponse too short', node.start);
  }
  let at = 3;
  const nextUpdate = parts[at]?.tag === 0xa0 ? readTime((parts[at++] as DerNode).inner()) : undefined;
  const extensions = parts[at]?.tag === 0xa1 ? parseExtensions((parts[at++] as DerNode).inner()) : new Map<string, Extension>();
  if (at !== parts.length) throw new FormatFault('ocsp.response', 'unexpected part of SingleResponse', parts[at]?.start);
  const cutoff = extensions.get(OID.idPkixOcspArchiveCutoff)?.value;
  const certHash = extensions.get(CERT_HASH)?.value;
  return {
    certId: parseCertId(id),
    status: readStatus(status),
    thisUpdate: readTime(thisUpdate.expect(TAG.GENERALIZED_TIME, 'thisUpdate')),
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    ...(cutoff === undefined ? {} : { archiveCutoff: readTime(decodeDer(cutoff)) }),
    ...(certHash === undefined ? {} : { certHash: readCertHash(certHash) }),
    unknownCritical: unknownCritical(extensions, [OID.idPkixOcspArchiveCutoff, CERT_HASH]),
  };
}

function readCertHash(value: Uint8Array): { algorithm: AlgorithmIdentifier; hash: Uint8Array } {
  const [algorithm, hash] = decodeDer(value).expect(TAG.SEQUENCE, 'CertHash').children();
  if (algorithm === undefined || hash === undefined) throw new FormatFault('ocsp.cert-hash', 'CertHash damaged', 0);
  return { algorithm: parseAlgorithmIdentifier(algorithm), hash: readOctetString(hash) };
}

function readStatus(node: DerNode): CertStatus {
  if (node.tag === 0x80 && node.content.length === 0) return { kind: 'good' };
  if (node.tag === 0x82 && node.content.length === 0) return { kind: 'unknown' };
  if (node.tag !== 0xa1) throw new FormatFault('ocsp.cert-status', 'CertStatus of an unknown kind', node.start);
  const [when, reasonNode, ...more] = node.children();
  if (when === undefined || more.length > 0) throw new FormatFault('ocsp.cert-status', 'RevokedInfo damaged', node.start);
  const at = readTime(when.expect(TAG.GENERALIZED_TIME, 'revocationTime'));
  if (reasonNode === undefined) return { kind: 'revoked', at };
  return { kind: 'revoked', at, reason: readSmallInteger(reasonNode.expect(0xa0, 'revocationReason').inner(), TAG.ENUMERATED) };
}

function unknownCritical(extensions: ReadonlyMap<string, Extension>, known: readonly string[]): string[] {
  return [...extensions.values()].filter((e) => e.critical && !known.includes(e.oid)).map((e) => e.oid);
}

/** Whether `nonce` came back unchanged; a missing one is the caller's policy (RFC 6960 §4.4.1: replay). */
export function sameNonce(response: BasicOcspResponse, nonce: Uint8Array): boolean {
  return response.nonce !== undefined && equalBytes(response.nonce, nonce);
}
