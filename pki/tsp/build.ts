import { latin1 } from '@antin/formats/bytes/bytes';
import { TAG } from '@antin/formats/der/tags';
import { boolean, contextValue, generalizedTime, integer, oid, sequence, tlv, unsignedInteger } from '@antin/formats/der/writer';
import { buildSignedAttributes, buildSignedData } from '../cms/build.ts';
import { digestOf } from '../crypto.ts';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '../crypto.ts';
import { OID } from '../oids.ts';
import type { Certificate } from '../x509/certificate.ts';

export interface TstInfoInput {
  readonly policy: string;
  /** DER MessageImprint, verbatim from the request (`TimeStampRequest.messageImprint.raw`). */
  readonly messageImprint: Uint8Array;
  /** Big-endian magnitude; at least 64 random bits, unique across restarts. */
  readonly serialNumber: Uint8Array;
  /** Milliseconds since 1970. */
  readonly genTime: number;
  readonly accuracyMs?: number;
  readonly ordering?: boolean;
  /** As a number, or the INTEGER as it stands in the request (`TimeStampRequest.nonceRaw`). */
  readonly nonce?: bigint | Uint8Array;
}

const ONE = integer(1);

/** DER TSTInfo version 1 (RFC 3161 §2.4.2). */
export function buildTstInfo(input: TstInfoInput): Uint8Array {
  return sequence(
    ONE,
    oid(input.policy),
    input.messageImprint,
    unsignedInteger(input.serialNumber),
    genTimeOf(input.genTime),
    ...(input.accuracyMs === undefined ? [] : [accuracyOf(input.accuracyMs)]),
    ...(input.ordering === true ? [boolean(true)] : []),
    ...(input.nonce === undefined ? [] : [typeof input.nonce === 'bigint' ? integer(input.nonce) : input.nonce]),
  );
}

/** Fractions without trailing zeros and without a bare point (RFC 3161 §2.4.2). */
function genTimeOf(milliseconds: number): Uint8Array {
  const fraction = String(milliseconds % 1000)
    .padStart(3, '0')
    .replace(/0+$/, '');
  if (fraction === '') return generalizedTime(milliseconds);
  return tlv(TAG.GENERALIZED_TIME, latin1(`${wholeSecond(milliseconds)}.${fraction}Z`));
}

let lastSecond = NaN;
let lastWritten = '';

/** A busy authority writes the same second thousands of times. */
function wholeSecond(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== lastSecond) {
    lastWritten = new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:T]/g, '');
    lastSecond = second;
  }
  return lastWritten;
}

const accuracies = new Map<number, Uint8Array>();

function accuracyOf(milliseconds: number): Uint8Array {
  const known = accuracies.get(milliseconds);
  if (known !== undefined) return known;
  const seconds = Math.floor(milliseconds / 1000);
  const millis = Math.floor(milliseconds % 1000);
  const parts: Uint8Array[] = [];
  if (seconds > 0) parts.push(integer(seconds));
  if (millis > 0) parts.push(contextValue(0, integer(millis).subarray(2)));
  const written = sequence(...parts);
  // An authority declares one accuracy; tests a few.
  if (accuracies.size < 64) accuracies.set(milliseconds, written);
  return written;
}

/** The signed attributes of a token over `tstInfo`: what the authority's key signs. */
export function timeStampSignedAttributes(input: {
  readonly tstInfo: Uint8Array;
  readonly signingCertificate: Certificate;
  readonly digest: DigestAlgorithm;
  readonly door: CryptoDoor;
}): Uint8Array {
  return buildSignedAttributes({
    contentType: OID.idCtTstInfo,
    messageDigest: digestOf(input.door, input.digest, input.tstInfo),
    signingCertificate: input.signingCertificate,
    digest: input.digest,
    door: input.door,
  });
}

/** The finished token. With `certReq` the certificates are embedded, without it none is (RFC 3161 §2.4.1). */
export function timeStampTokenFrom(input: {
  readonly tstInfo: Uint8Array;
  readonly signedAttributes: Uint8Array;
  readonly signature: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly digest: DigestAlgorithm;
  readonly signingCertificate: Certificate;
  readonly certificates: readonly Uint8Array[];
  readonly certReq: boolean;
}): Uint8Array {
  return buildSignedData({
    digest: input.digest,
    signatureAlgorithm: input.signatureAlgorithm,
    signingCertificate: input.signingCertificate,
    certificates: input.certificates,
    embedCertificates: input.certReq,
    signedAttributes: input.signedAttributes,
    signature: input.signature,
    eContent: input.tstInfo,
    eContentType: OID.idCtTstInfo,
  });
}
