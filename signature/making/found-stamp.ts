import { equalBytes } from '@antin/formats/bytes/bytes';
import type { SignerInfo } from '@antin/pki/cms/signed-data';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { Certificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import { SignatureFault } from '../fault.ts';
import type { CertificatePool } from '../validation/certificates.ts';

/** A time-stamp found in a file: who made it and when. Nothing is checked here. */
export interface FoundStamp {
  readonly certificate: Certificate;
  readonly genTime: number;
}

/** @param pool where the authority's certificate is looked for beside the token itself */
export function foundStamp(token: Uint8Array, pool: CertificatePool): FoundStamp {
  const { signedData, info } = parseTimeStampToken(token);
  for (const raw of signedData.certificates) pool.add(raw);
  const [signer] = signedData.signerInfos;
  if (signer === undefined) throw new SignatureFault('extend.unreadable', 'a time-stamp token without signer');
  return { certificate: signerOf(signer, pool, 'time-stamp'), genTime: info.genTime };
}

export function signerOf(signer: SignerInfo, pool: CertificatePool, what: string): Certificate {
  const [first, ...more] = pool.bySigner(signer.sid);
  if (first === undefined) throw new SignatureFault('extend.no-chain', `the certificate of "${what}" is not in the file`);
  // Two certificates of one issuer with one serial number: whose signature this is cannot be told.
  if (more.some((one) => !equalBytes(one.spki, first.spki))) {
    throw new SignatureFault('extend.unreadable', `two certificates answer to ${nameText(first.issuer)} ${first.serialHex}`);
  }
  return first;
}
