import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { DIGEST_LENGTH } from '../x509/algorithm.ts';
import type { Certificate } from '../x509/certificate.ts';
import { buildSignedAttributes } from '../cms/build.ts';
import { OID } from '../oids.ts';
import { timeStampTokenFrom } from './build.ts';
import { buildTimeStampResponse } from './response.ts';

export interface TokenWriterInput {
  readonly signingCertificate: Certificate;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly digest: DigestAlgorithm;
  /** Embedded when the request wants certificates. */
  readonly certificates: readonly Uint8Array[];
  readonly door: CryptoDoor;
}

/** Writes the answers of one authority: what does not change from stamp to stamp is made once. */
export interface TokenWriter {
  /** What the key signs. @param messageDigest of the TSTInfo under `digest` */
  signedAttributes(messageDigest: Uint8Array): Uint8Array;
  /** A whole granted TimeStampResp. */
  response(stamp: {
    readonly tstInfo: Uint8Array;
    readonly signedAttributes: Uint8Array;
    readonly signature: Uint8Array;
    readonly certReq: boolean;
  }): Uint8Array;
}

/** The pieces between the parts that change, and how deep each of them lies. */
interface Frame {
  /** status and, inside ContentInfo, its OID … */
  readonly status: Uint8Array;
  readonly contentType: Uint8Array;
  /** … version and digest algorithms of SignedData … */
  readonly head: Uint8Array;
  readonly eContentType: Uint8Array;
  /** … certificates … */
  readonly certificates: Uint8Array;
  /** … version, signer and digest algorithm of SignerInfo, and its signature algorithm. */
  readonly signer: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
}

/**
 * The pieces are cut out of an answer made the general way (`timeStampTokenFrom`), so that there is one place that knows the
 * syntax; a stamp is then a handful of copies into one buffer. Many small buffers would cost more than a P-256 signature.
 */
export function tokenWriter(input: TokenWriterInput): TokenWriter {
  const { digest } = input;
  const length = DIGEST_LENGTH[digest];
  const probe = Uint8Array.from({ length }, (_, i) => (i * 37 + 11) & 0xff);
  const attributes = buildSignedAttributes({ ...input, contentType: OID.idCtTstInfo, messageDigest: probe });
  const digestAt = find(attributes, probe);
  const frames = new Map([true, false].map((certReq) => [certReq, frameOf(input, attributes, certReq)]));
  return {
    signedAttributes(messageDigest) {
      if (messageDigest.length !== length) throw new PkiFault('tsp.message-imprint', `a ${digest} value has ${length} octets`);
      const out = attributes.slice();
      out.set(messageDigest, digestAt);
      return out;
    },
    response: ({ certReq, ...stamp }) => write(frames.get(certReq) as Frame, stamp),
  };
}

function frameOf(input: TokenWriterInput, signedAttributes: Uint8Array, certReq: boolean): Frame {
  const tstInfo = Uint8Array.of(0x30, 3, 0x02, 1, 0x55);
  const signature = Uint8Array.of(0x5a, 0xa5, 0x5a, 0xa5);
  const token = timeStampTokenFrom({ ...input, tstInfo, signedAttributes, signature, certReq });
  const [, status, contentInfo] = open(buildTimeStampResponse({ status: 0, token }));
  const [, contentType, explicit] = open(contentInfo as Uint8Array);
  const [, signedData] = open(explicit as Uint8Array);
  const members = open(signedData as Uint8Array).slice(1);
  const signerInfos = members.pop() as Uint8Array;
  const [version, digests, encapsulated, ...certificates] = members as [Uint8Array, Uint8Array, Uint8Array, ...Uint8Array[]];
  const [, eContentType] = open(encapsulated);
  const [, signerInfo] = open(signerInfos);
  const [, one, sid, digestAlgorithm, , signatureAlgorithm] = open(signerInfo as Uint8Array);
  return {
    status: status as Uint8Array,
    contentType: contentType as Uint8Array,
    head: joined(version, digests),
    eContentType: eContentType as Uint8Array,
    certificates: joined(...certificates),
    signer: joined(one as Uint8Array, sid as Uint8Array, digestAlgorithm as Uint8Array),
    signatureAlgorithm: signatureAlgorithm as Uint8Array,
  };
}

/** @param stamp.signedAttributes a SET; inside SignerInfo it is `[0] IMPLICIT` (RFC 5652 §5.4) */
function write(
  frame: Frame,
  stamp: { readonly tstInfo: Uint8Array; readonly signedAttributes: Uint8Array; readonly signature: Uint8Array },
): Uint8Array {
  const { status, contentType, head, eContentType, certificates, signer, signatureAlgorithm } = frame;
  const { tstInfo, signedAttributes, signature } = stamp;
  // Lengths from the inside out …
  const octets = sized(tstInfo.length);
  const explicit = sized(octets);
  const encapsulated = eContentType.length + explicit;
  const signerInfo = signer.length + signedAttributes.length + signatureAlgorithm.length + sized(signature.length);
  const signerInfos = sized(signerInfo);
  const signedData = head.length + sized(encapsulated) + certificates.length + sized(signerInfos);
  const content = sized(signedData);
  const contentInfo = contentType.length + sized(content);
  const response = status.length + sized(contentInfo);
  // … and the octets from the outside in.
  const out = new Uint8Array(sized(response));
  let at = 0;
  const begin = (tag: number, length: number) => void (at = writeHeader(out, at, tag, length));
  const put = (piece: Uint8Array) => {
    out.set(piece, at);
    at += piece.length;
  };
  begin(TAG.SEQUENCE, response);
  put(status);
  begin(TAG.SEQUENCE, contentInfo);
  put(contentType);
  begin(0xa0, content);
  begin(TAG.SEQUENCE, signedData);
  put(head);
  begin(TAG.SEQUENCE, encapsulated);
  put(eContentType);
  begin(0xa0, octets);
  begin(TAG.OCTET_STRING, tstInfo.length);
  put(tstInfo);
  put(certificates);
  begin(TAG.SET, signerInfos);
  begin(TAG.SEQUENCE, signerInfo);
  put(signer);
  const attributesAt = at;
  put(signedAttributes);
  out[attributesAt] = 0xa0;
  put(signatureAlgorithm);
  begin(TAG.OCTET_STRING, signature.length);
  put(signature);
  return out;
}

/** Octets of a TLV around so many. */
function sized(length: number): number {
  return length + (length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : 5);
}

function writeHeader(out: Uint8Array, from: number, tag: number, length: number): number {
  let at = from;
  out[at++] = tag;
  if (length >= 0x80) {
    const octets = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
    out[at++] = 0x80 | octets;
    for (let shift = (octets - 1) * 8; shift > 0; shift -= 8) out[at++] = (length >> shift) & 0xff;
  }
  out[at++] = length & 0xff;
  return at;
}

/** The value and its members. */
function open(value: Uint8Array): Uint8Array[] {
  return [
    value,
    ...decodeDer(value)
      .children()
      .map((node) => node.raw),
  ];
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

function find(haystack: Uint8Array, needle: Uint8Array): number {
  for (let at = 0; at + needle.length <= haystack.length; at++) {
    if (needle.every((octet, i) => haystack[at + i] === octet)) return at;
  }
  throw new PkiFault('tsp.message-imprint', 'the attributes do not hold the digest');
}
