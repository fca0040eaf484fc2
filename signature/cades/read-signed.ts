import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { attributesOf, parseSignedData } from '@antin/pki/cms/signed-data';
import type { SignerInfo } from '@antin/pki/cms/signed-data';
import type { CryptoDoor } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import type { Evidence } from '../making/evidence.ts';
import { foundStamp, signerOf } from '../making/found-stamp.ts';
import type { FoundStamp } from '../making/found-stamp.ts';
import { CertificatePool } from '../validation/certificates.ts';
import { evidenceIn, tokensOf } from '../validation/cms-container.ts';
import { readSignerInfo } from '../validation/cms-facts.ts';
import type { SignedContent } from '../validation/cms-facts.ts';
import { contentOf } from '../validation/signed-content.ts';
import { counterSignersOf } from './counter-signers.ts';
import { withoutContent } from './frame.ts';
import type { CmsFrame } from './frame.ts';

/** One signer of a CMS as extending needs it. */
export interface FoundSigner {
  readonly info: SignerInfo;
  readonly certificate: Certificate;
  readonly stamps: readonly FoundStamp[];
  readonly archiveStamps: readonly FoundStamp[];
  /** Signers of counter-signatures, with the time-stamps of their own. */
  readonly counterSigners: readonly { readonly certificate: Certificate; readonly stamps: readonly FoundStamp[] }[];
}

export interface SignedCms {
  readonly signers: readonly FoundSigner[];
  readonly evidence: Evidence;
}

const LEGACY = [OID.idAaEtsArchiveTimestamp, OID.idAaEtsArchiveTimestampV2, OID.idAaEtsLongTermValidation];

/**
 * Signers and evidence of a CMS, ours or another's; every value and, where the data is given, every digest checked, because
 * nobody is asked to time-stamp a broken signature.
 *
 * @throws {SignatureFault} `extend.signature-broken`, `extend.unreadable`, `extend.no-chain`, `extend.nothing-signed`,
 *   `cades.legacy-archive`
 */
export function readSignedCms(frame: CmsFrame, content: ByteSource | undefined, door: CryptoDoor): SignedCms {
  const data = parseSignedData(withoutContent(frame));
  if (data.signerInfos.length === 0) throw new SignatureFault('extend.nothing-signed', 'the CMS carries no signature');
  const pool = new CertificatePool();
  const evidence = [evidenceIn(data)];
  for (const raw of data.certificates) pool.add(raw);
  const signed = content === undefined ? null : contentOf(content, [[0, content.size]], door);
  const stampsOf = (info: SignerInfo, type: string): FoundStamp[] =>
    tokensOf(info, type).map((token) => {
      evidence.push(evidenceIn(parseTimeStampToken(token).signedData));
      return foundStamp(token, pool);
    });
  const signers = data.signerInfos.map((info, i): FoundSigner => {
    if (LEGACY.some((type) => attributesOf(info.unsignedAttrs, type).length > 0)) {
      const message = 'an archive time-stamp of an older kind forbids any addition to the certificates and lists of the file';
      throw new SignatureFault('cades.legacy-archive', message);
    }
    const check = (one: SignerInfo, over: SignedContent | null, what: string): void => {
      const { facts } = readSignerInfo(data, one, over, pool, door);
      if (facts.digestMatches !== false && facts.signatureValue !== 'invalid') return;
      const why = facts.digestMatches === false ? 'the data is not what was signed' : 'the value is wrong';
      throw new SignatureFault('extend.signature-broken', `${what} is broken: ${why}`);
    };
    check(info, signed, `signature ${i + 1}`);
    const counterSigners = counterSignersOf(info);
    const value = memorySource(info.signature);
    for (const one of counterSigners) check(one, contentOf(value, [[0, value.size]], door), 'a counter-signature');
    return {
      info,
      certificate: signerOf(info, pool, `signature ${i + 1}`),
      stamps: stampsOf(info, OID.idAaSignatureTimeStampToken),
      archiveStamps: stampsOf(info, OID.idAaEtsArchiveTimestampV3),
      counterSigners: counterSigners.map((one) => ({
        certificate: signerOf(one, pool, 'counter-signature'),
        stamps: stampsOf(one, OID.idAaSignatureTimeStampToken),
      })),
    };
  });
  return {
    signers,
    evidence: {
      certificates: evidence.flatMap((one) => one.certificates),
      crls: evidence.flatMap((one) => one.crls),
      ocsps: evidence.flatMap((one) => one.ocsps),
    },
  };
}
