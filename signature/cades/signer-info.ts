import { TAG } from '@antin/formats/der/tags';
import { memorySource } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { FormatFault } from '@antin/formats/fault';
import { buildSignedData } from '@antin/pki/cms/build';
import { certificateOf } from '../making/certificate-memory.ts';
import { readFrame } from './frame.ts';
import type { CmsFrame } from './frame.ts';
import type { CadesToBeSigned } from './to-be-signed.ts';

/** The fields of a SignerInfo before its unsigned attributes, in their order: version … signature, verbatim. */
export function fixedFields(signerInfo: Uint8Array): readonly DerNode[] {
  const parts = decodeDer(signerInfo).expect(TAG.SEQUENCE, 'SignerInfo').children();
  return parts.at(-1)?.tag === 0xa1 ? parts.slice(0, -1) : parts;
}

/** Octets of the signature value. @throws {FormatFault} `cms.structure` */
export function signatureValueOf(signerInfo: Uint8Array): Uint8Array {
  const last = fixedFields(signerInfo).at(-1);
  if (last?.tag !== TAG.OCTET_STRING) throw new FormatFault('cms.structure', 'a SignerInfo without signature value');
  return last.content;
}

/** A detached CMS with the one signer, taken apart: what a signature brings to whatever CMS it goes into. */
export function ownFrame(tbs: CadesToBeSigned, signatureValue: Uint8Array, unsigned: readonly Uint8Array[]): CmsFrame {
  const cms = buildSignedData({
    digest: tbs.digest,
    signatureAlgorithm: tbs.algorithm,
    signingCertificate: certificateOf(tbs.certificate),
    certificates: tbs.chain,
    signedAttributes: tbs.signedAttributes,
    signature: signatureValue,
    unsignedAttributes: unsigned,
  });
  return readFrame(memorySource(cms));
}
