import { concatBytes, equalBytes } from '@antin/formats/bytes/bytes';
import { joinedSource } from '@antin/formats/bytes/joined-source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource, readInPieces } from '@antin/formats/bytes/source';
import { TAG } from '@antin/formats/der/tags';
import { oid } from '@antin/formats/der/writer';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { signatureTimeStampAttribute } from '@antin/pki/cms/build';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { SignatureFault } from '../fault.ts';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireImprint } from '../making/require-imprint.ts';
import { requireValue } from '../making/require-value.ts';
import { frameSource, withMembers, withUnsigned } from './frame.ts';
import type { CmsFrame } from './frame.ts';
import { ownFrame, signatureValueOf } from './signer-info.ts';
import { tlvHeader } from './tlv-source.ts';
import type { CadesToBeSigned } from './to-be-signed.ts';

export interface EmbedCadesOptions {
  readonly door: CryptoDoor;
  /** DER of a TimeStampToken over the signature value, for B-T. */
  readonly timeStampToken?: Uint8Array;
}

/**
 * A CMS file with the signature. The value is verified with the certificate first.
 *
 * @param content for an attached signature: what was prepared, read again and compared; undefined makes a detached one
 * @returns the file, the content read in place
 * @throws {SignatureFault} `signature.value-mismatch`, `signature.unsupported-algorithm`, `cades.input-changed`,
 *   `signature.time-stamp-mismatch`, `cades.role`
 */
export function embedCades(
  content: ByteSource | undefined,
  tbs: CadesToBeSigned,
  signatureValue: Uint8Array,
  options: EmbedCadesOptions,
): ByteSource {
  const frame = signerFrame(tbs, signatureValue, options, 'signature');
  if (content === undefined) return frameSource(frame);
  requireSame(tbs, content, options.door);
  return frameSource({ ...frame, encapsulated: encapsulate(content) });
}

/**
 * Adds a parallel signature to a CMS: the signers that are there stay as they are, byte for byte.
 *
 * @param content the data of a detached CMS, compared with what was prepared; an attached CMS brings its own
 * @throws {SignatureFault} as `embedCades`, and `cades.content-needed`
 */
export function addSigner(
  cms: CmsFrame,
  content: ByteSource | undefined,
  tbs: CadesToBeSigned,
  signatureValue: Uint8Array,
  options: EmbedCadesOptions,
): ByteSource {
  const data = cms.content ?? content;
  if (data === undefined) throw new SignatureFault('cades.content-needed', 'the CMS is detached: its data must be given');
  if (!equalBytes(cms.eContentType, oid(OID.idData))) {
    throw new SignatureFault('cades.role', 'the content of this CMS is not plain data');
  }
  const own = signerFrame(tbs, signatureValue, options, 'signature');
  requireSame(tbs, data, options.door);
  return frameSource({
    ...cms,
    digestAlgorithms: withMembers(cms.digestAlgorithms, own.digestAlgorithms),
    certificates: withMembers(cms.certificates, own.certificates),
    signerInfos: withMembers(cms.signerInfos, own.signerInfos),
  });
}

/**
 * Adds a counter-signature to signer number `index`, as an unsigned attribute of its SignerInfo.
 *
 * @throws {SignatureFault} as `embedCades`, and `cades.no-such-signer`
 */
export function addCounterSignature(
  cms: CmsFrame,
  index: number,
  tbs: CadesToBeSigned,
  signatureValue: Uint8Array,
  options: EmbedCadesOptions,
): ByteSource {
  const signerInfo = cms.signerInfos[index];
  if (signerInfo === undefined) throw new SignatureFault('cades.no-such-signer', `the CMS has no signer ${index + 1}`);
  const own = signerFrame(tbs, signatureValue, options, 'counter-signature');
  if (!equalBytes(digestOf(options.door, tbs.digest, signatureValueOf(signerInfo)), tbs.contentDigest)) {
    throw new SignatureFault('cades.input-changed', `signer ${index + 1} is not the one that was prepared`);
  }
  const signerInfos = cms.signerInfos.map((one, i) =>
    i === index ? withUnsigned(one, [encodeAttribute(OID.idCountersignature, ...own.signerInfos)]) : one,
  );
  return frameSource({ ...cms, certificates: withMembers(cms.certificates, own.certificates), signerInfos });
}

function signerFrame(
  tbs: CadesToBeSigned,
  signatureValue: Uint8Array,
  { door, timeStampToken }: EmbedCadesOptions,
  role: CadesToBeSigned['role'],
): CmsFrame {
  // One for the other would be a valid value over something nobody meant.
  if (tbs.role !== role) throw new SignatureFault('cades.role', `prepared was a ${tbs.role}, not a ${role}`);
  requireValue(tbs, certificateOf(tbs.certificate), signatureValue, door);
  if (timeStampToken === undefined) return ownFrame(tbs, signatureValue, []);
  requireImprint(timeStampToken, (digest) => digestOf(door, digest, signatureValue));
  return ownFrame(tbs, signatureValue, [signatureTimeStampAttribute(timeStampToken)]);
}

function requireSame(tbs: CadesToBeSigned, content: ByteSource, door: CryptoDoor): void {
  const running = door.digest(tbs.digest);
  if (content.size === tbs.inputSize) readInPieces(content, 0, content.size, (piece) => running.update(piece));
  if (content.size !== tbs.inputSize || !equalBytes(running.finish(), tbs.contentDigest)) {
    throw new SignatureFault('cades.input-changed', 'this is not the content that was prepared');
  }
}

/** `EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }`, content in place. */
function encapsulate(content: ByteSource): ByteSource {
  const octets = tlvHeader(TAG.OCTET_STRING, content.size);
  const wrapper = tlvHeader(0xa0, octets.length + content.size);
  const type = oid(OID.idData);
  const whole = tlvHeader(TAG.SEQUENCE, type.length + wrapper.length + octets.length + content.size);
  return joinedSource([memorySource(concatBytes(whole, type, wrapper, octets)), content]);
}
