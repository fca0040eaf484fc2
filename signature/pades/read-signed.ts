import type { PdfFile } from '@antin/formats/pdf/file';
import { isArray, isInteger, isString } from '@antin/formats/pdf/objects';
import { OID } from '@antin/pki/oids';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import type { Evidence } from '../making/evidence.ts';
import { foundStamp, signerOf } from '../making/found-stamp.ts';
import type { FoundStamp } from '../making/found-stamp.ts';
import { CertificatePool } from '../validation/certificates.ts';
import { evidenceIn, openCms, tokensOf } from '../validation/cms-container.ts';
import { readDss } from '../validation/pdf/dss.ts';
import { findSignatures, isDocumentTimeStamp } from '../validation/pdf/find-signatures.ts';
import type { FoundSignature } from '../validation/pdf/find-signatures.ts';

export interface SignedPdf {
  /** In the order of their byte ranges. */
  readonly signatures: readonly {
    readonly field: string;
    readonly certificate: Certificate;
    /** Its own time-stamps and the document time-stamps over it. */
    readonly stamps: readonly FoundStamp[];
  }[];
  readonly documentStamps: readonly FoundStamp[];
  /** What the file carries already: the security store and the signatures' own. */
  readonly evidence: Evidence;
}

interface Opened {
  readonly field: string;
  readonly end: number;
  readonly timeStamp: boolean;
  readonly data: SignedData;
  readonly signer: SignerInfo;
}

/**
 * Signers, authorities and evidence of a signed PDF, ours or another's.
 *
 * @param fields only the signatures in these fields; document time-stamps always
 * @throws {SignatureFault} `extend.unreadable`, `extend.no-chain`
 */
export function readSignedPdf(file: PdfFile, fields?: readonly string[]): SignedPdf {
  const asked = (found: FoundSignature): boolean =>
    fields === undefined || isDocumentTimeStamp(found.dict) || fields.includes(found.field?.fullName ?? '');
  const opened = findSignatures(file)
    .filter(asked)
    .map((found): Opened => {
      const field = found.field?.fullName ?? '';
      const contents = found.dict.entries.get('Contents');
      const data = isString(contents) ? openCms(contents.bytes, true).data : undefined;
      const signer = data?.signerInfos[0];
      if (data === undefined || signer === undefined) {
        throw new SignatureFault('extend.unreadable', `the signature in field "${field}" cannot be read`);
      }
      const range = file.last.resolve(found.dict.entries.get('ByteRange'));
      const [, , start, rest] = isArray(range) ? range.items : [];
      const end = isInteger(start) && isInteger(rest) ? start + rest : 0;
      return { field, end, timeStamp: isDocumentTimeStamp(found.dict), data, signer };
    })
    .sort((a, b) => a.end - b.end);
  const pool = new CertificatePool();
  const all = [readDss(file.last), ...opened.map((one) => evidenceIn(one.data))];
  const ownTokens = opened.flatMap((one) => tokensOf(one.signer, OID.idAaSignatureTimeStampToken));
  for (const token of ownTokens) all.push(evidenceIn(parseTimeStampToken(token).signedData));
  const evidence: Evidence = {
    certificates: all.flatMap((one) => one.certificates),
    crls: all.flatMap((one) => one.crls),
    ocsps: all.flatMap((one) => one.ocsps),
  };
  for (const raw of evidence.certificates) pool.add(raw);
  const stamps = opened.filter((one) => one.timeStamp).map((one) => ({ end: one.end, stamp: foundStamp(one.data.raw, pool) }));
  const signatures = opened
    .filter((one) => !one.timeStamp)
    .map((one) => {
      const own = tokensOf(one.signer, OID.idAaSignatureTimeStampToken).map((token) => foundStamp(token, pool));
      const over = stamps.filter((stamp) => stamp.end > one.end).map((stamp) => stamp.stamp);
      return { field: one.field, certificate: signerOf(one.signer, pool, one.field), stamps: [...own, ...over] };
    });
  return { signatures, documentStamps: stamps.map((one) => one.stamp), evidence };
}
