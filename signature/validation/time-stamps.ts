import { equalBytes } from '@antin/formats/bytes/bytes';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { TstInfo } from '@antin/pki/tsp/token';
import type { SignedData } from '@antin/pki/cms/signed-data';
import type { Certificate } from '@antin/pki/x509/certificate';
import { certificateFacts } from './certificates.ts';
import type { CertificatePool } from './certificates.ts';
import { readSignerInfo } from './cms-facts.ts';
import type { CmsFacts, TimeStampFacts } from './facts.ts';
import { readTrust } from './trust.ts';
import type { TrustSources } from './trust.ts';
import type { Finding } from './types.ts';

/** A token as read, before anything about trust is asked. */
export interface ReadTimeStamp {
  readonly kind: TimeStampFacts['kind'];
  readonly sha256: string;
  readonly info: TstInfo | null;
  readonly imprintMatches: boolean;
  readonly faults: readonly Finding[];
  readonly cms: CmsFacts | null;
  readonly certificate: Certificate | undefined;
}

/**
 * Reads a TimeStampToken (RFC 3161 §2.4.2) and holds its imprint against the bytes it must be over.
 *
 * A token pasted from another signature fails at the imprint and proves nothing; that is a fact here, not a fault.
 */
export function readTimeStamp(
  kind: TimeStampFacts['kind'],
  token: Uint8Array,
  imprint: (digest: DigestAlgorithm) => Uint8Array,
  pool: CertificatePool,
  door: CryptoDoor,
): ReadTimeStamp {
  const sha256 = toHex(digestOf(door, 'SHA-256', token));
  const clause = 'RFC 3161 2.4.2';
  let parsed: { readonly signedData: SignedData; readonly info: TstInfo };
  try {
    parsed = parseTimeStampToken(token);
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof PkiFault)) throw error;
    const faults = [{ code: 'time-stamp.unreadable', clause, message: error.message }];
    return { kind, sha256, info: null, imprintMatches: false, faults, cms: null, certificate: undefined };
  }
  const { signedData, info } = parsed;
  pool.tokens.push(token);
  for (const raw of signedData.certificates) pool.add(raw);
  const faults: Finding[] = [];
  if (signedData.signerInfos.length !== 1) {
    faults.push({
      code: 'time-stamp.signers',
      clause,
      message: `a token has one signer, this has ${signedData.signerInfos.length}`,
    });
  }
  const signer = signedData.signerInfos[0];
  if (signer === undefined) {
    return { kind, sha256, info, imprintMatches: false, faults, cms: null, certificate: undefined };
  }
  const eContent = signedData.eContent ?? new Uint8Array(0);
  const content = { digest: (digest: DigestAlgorithm) => digestOf(door, digest, eContent), all: () => eContent };
  const { facts, certificate } = readSignerInfo(signedData, signer, content, pool, door);
  const digest = info.messageImprint.digest;
  const imprintMatches = digest !== undefined && equalBytes(imprint(digest), info.messageImprint.hash);
  return { kind, sha256, info, imprintMatches, faults, cms: facts, certificate };
}

/** Adds what the TSA's certificate says at the time for which the token must stand. */
export function withTrust(read: ReadTimeStamp, controlTime: number, sources: TrustSources): TimeStampFacts {
  const { certificate, info } = read;
  return {
    kind: read.kind,
    sha256: read.sha256,
    genTime: info?.genTime ?? null,
    digest: info?.messageImprint.digest ?? null,
    imprintMatches: read.imprintMatches,
    faults: read.faults,
    cms: read.cms,
    tsa: certificate === undefined ? null : certificateFacts(certificate, sources.door),
    trust: certificate === undefined ? null : readTrust(certificate, 'time-stamp', controlTime, sources),
    controlTime,
  };
}
