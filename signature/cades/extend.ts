import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource, readInPieces } from '@antin/formats/bytes/source';
import { context, oid } from '@antin/formats/der/writer';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { signatureTimeStampAttribute } from '@antin/pki/cms/build';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { digestAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { nameText } from '@antin/pki/x509/name';
import { SignatureFault } from '../fault.ts';
import { gatherEvidence } from '../making/evidence.ts';
import type { Evidence, Subject } from '../making/evidence.ts';
import { requireDigest } from '../making/policy.ts';
import { requireImprint } from '../making/require-imprint.ts';
import { joined } from '../making/evidence.ts';
import { requireAlive } from '../making/require-alive.ts';
import type { ExtendOptions } from '../making/extend-options.ts';
import { archiveInput, buildHashIndex } from './archive-imprint.ts';
import { frameSource, readFrame, withMembers, withUnsigned } from './frame.ts';
import type { CmsFrame } from './frame.ts';
import { readSignedCms } from './read-signed.ts';
import type { FoundSigner } from './read-signed.ts';
import { signatureValueOf } from './signer-info.ts';

export interface ExtendCadesOptions extends ExtendOptions {
  /** The data of a detached signature; needed for B-LTA, and checked at every level when given. */
  readonly content?: ByteSource;
}

/**
 * Raises all signatures of a CMS file, ours or others', to a level; existing signers, certificates and attributes stay as
 * verbatim slices.
 *
 * B-T: signature-time-stamp. B-LT: certificates and revocation data of all chains in SignedData.certificates and .crls.
 * B-LTA: archive-time-stamp-v3 with ats-hash-index-v3 for each signer; done again, it renews the protection.
 *
 * @returns the new file, its content read in place
 * @throws {FormatFault} `cms.*`, `der.*`, `ber.*`
 * @throws {SignatureFault} `extend.*` as for PDF, `cades.legacy-archive`, `cades.content-needed`,
 *   `signature.time-stamp-mismatch`; and what the sources throw
 * @see ETSI EN 319 122-1 clause 6
 */
export async function extendCades(cms: ByteSource, options: ExtendCadesOptions): Promise<ByteSource> {
  const { door, level, at, digest = 'SHA-256' } = options;
  requireDigest(digest, at);
  let frame = readFrame(cms);
  const content = frame.content ?? options.content;
  if (level === 'B-LTA' && content === undefined) {
    throw new SignatureFault('cades.content-needed', 'the signature is detached: an archive time-stamp needs the signed data');
  }
  let signed = readSignedCms(frame, content, door);
  frame = await withSignatureTimeStamps(frame, signed.signers, { ...options, digest });
  if (level === 'B-T') return frameSource(frame);
  signed = readSignedCms(frame, undefined, door);
  const needed = await gatherEvidence(subjectsOf(signed.signers, at), {
    door,
    anchors: options.anchors,
    ...(options.tsaAnchors === undefined ? {} : { tsaAnchors: options.tsaAnchors }),
    now: at,
    known: joined(signed.evidence, options.evidence),
    evidenceFor: options.evidenceFor,
  });
  frame = withEvidence(frame, needed);
  if (level === 'B-LT' || content === undefined) return frameSource(frame);
  return frameSource(await withArchiveTimeStamps(frame, content, { ...options, digest }));
}

type Asking = ExtendOptions & { readonly digest: DigestAlgorithm };

async function withSignatureTimeStamps(frame: CmsFrame, signers: readonly FoundSigner[], options: Asking): Promise<CmsFrame> {
  const { door, digest, at } = options;
  const signerInfos: Uint8Array[] = [];
  for (const [i, signerInfo] of frame.signerInfos.entries()) {
    const { certificate, stamps, archiveStamps } = signers[i] as FoundSigner;
    if (stamps.length + archiveStamps.length > 0) {
      signerInfos.push(signerInfo);
      continue;
    }
    requireAlive(certificate.notAfter, nameText(certificate.subject), at);
    const value = signatureValueOf(signerInfo);
    const token = await options.timeStamp({ digest, hash: digestOf(door, digest, value) });
    requireImprint(token, (of) => digestOf(door, of, value));
    signerInfos.push(withUnsigned(signerInfo, [signatureTimeStampAttribute(token)]));
  }
  return { ...frame, signerInfos };
}

/** OCSP answers go in as RFC 5940 says: `[1] { id-ri-ocsp-response, OCSPResponse }`. */
function withEvidence(frame: CmsFrame, { certificates, crls, ocsps }: Evidence): CmsFrame {
  const answers = ocsps.map((raw) => context(1, oid(OID.idRiOcspResponse), raw));
  return {
    ...frame,
    certificates: withMembers(frame.certificates, certificates),
    crls: withMembers(frame.crls, [...crls, ...answers]),
  };
}

async function withArchiveTimeStamps(frame: CmsFrame, content: ByteSource, options: Asking): Promise<CmsFrame> {
  const { door, digest } = options;
  const running = door.digest(digest);
  readInPieces(content, 0, content.size, (piece) => running.update(piece));
  const contentDigest = running.finish();
  const signerInfos: Uint8Array[] = [];
  for (const signerInfo of frame.signerInfos) {
    const { certificates, crls } = frame;
    const hashIndex = buildHashIndex({ certificates, crls, signerInfo }, digest, door);
    const input = archiveInput(frame.eContentType, contentDigest, signerInfo, hashIndex);
    const token = await options.timeStamp({ digest, hash: digestOf(door, digest, ...input) });
    requireImprint(token, (of) => digestOf(door, of, ...input));
    signerInfos.push(withUnsigned(signerInfo, [encodeAttribute(OID.idAaEtsArchiveTimestampV3, withIndex(token, hashIndex))]));
  }
  // The digest of the archive time-stamps should be announced like that of the signatures (clause 5.5.3 step 2).
  const digestAlgorithms = withMembers(frame.digestAlgorithms, [digestAlgorithmIdentifier(digest)]);
  return { ...frame, digestAlgorithms, signerInfos };
}

/** The index goes into the token as an unsigned attribute; the token's imprint protects it. */
function withIndex(token: Uint8Array, hashIndex: Uint8Array): Uint8Array {
  const frame = readFrame(memorySource(token));
  const [signerInfo] = frame.signerInfos;
  if (signerInfo === undefined) throw new SignatureFault('extend.unreadable', 'a time-stamp token without signer');
  const attribute = encodeAttribute(OID.idAaAtsHashIndexV3, hashIndex);
  const source = frameSource({ ...frame, signerInfos: [withUnsigned(signerInfo, [attribute])] });
  return source.read(0, source.size);
}

/** Signers for the time their earliest time-stamp proves, authorities for the time the next archive time-stamp proves. */
function subjectsOf(signers: readonly FoundSigner[], at: number): Subject[] {
  return signers.flatMap(({ certificate, stamps, archiveStamps, counterSigners }) => {
    const archived = archiveStamps.map((one) => one.genTime);
    const earliest = (more: readonly { readonly genTime: number }[]): number =>
      Math.min(at, ...archived, ...more.map((one) => one.genTime));
    const all = [...stamps, ...archiveStamps, ...counterSigners.flatMap((one) => one.stamps)];
    return [
      { certificate, purpose: 'signer' as const, at: earliest(stamps) },
      ...counterSigners.map((one) => ({
        certificate: one.certificate,
        purpose: 'signer' as const,
        at: Math.min(at, ...one.stamps.map((stamp) => stamp.genTime)),
      })),
      ...all.map((one) => ({
        certificate: one.certificate,
        purpose: 'time-stamp' as const,
        at: Math.min(at, ...archived.filter((time) => time > one.genTime)),
      })),
    ];
  });
}
