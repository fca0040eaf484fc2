import { OID } from '@antin/pki/oids';
import { digestOf } from '@antin/pki/crypto';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import type { Certificate } from '@antin/pki/x509/certificate';
import { certificateFacts } from './certificates.ts';
import { readSignerInfo } from './cms-facts.ts';
import type { SignedContent } from './cms-facts.ts';
import { tokensOf } from './cms-container.ts';
import type { CmsFacts, SignatureFacts, TimeStampFacts } from './facts.ts';
import { concludeTimeStamp } from './process.ts';
import type { Sources } from './sources.ts';
import { readTimeStamp, withTrust } from './time-stamps.ts';
import type { ReadTimeStamp } from './time-stamps.ts';
import { readTrust } from './trust.ts';
import type { Finding } from './types.ts';

export interface SignerFacts {
  readonly cms: CmsFacts;
  readonly certificate: Certificate | undefined;
  readonly signer: SignatureFacts['signer'];
  readonly trust: SignatureFacts['trust'];
  readonly trustAtPoe: SignatureFacts['trustAtPoe'];
  readonly timeStamps: readonly TimeStampFacts[];
  readonly warnings: readonly Finding[];
}

/** A document time-stamp (or another one from outside the CMS) that covers the signature, already judged. */
export interface Covering {
  readonly facts: TimeStampFacts;
  readonly passed: boolean;
}

/** All facts of one SignerInfo, time-stamps and trust included. `covering`: later time-stamps over the whole signature. */
export function readSigner(
  data: SignedData,
  signer: SignerInfo,
  content: SignedContent | null,
  sources: Sources,
  covering: readonly Covering[],
): SignerFacts {
  const { door, at } = sources.context;
  const { pool, policy } = sources;
  const warnings: Finding[] = [];
  const { facts: cms, certificate } = readSignerInfo(data, signer, content, pool, door);
  const overSignature = (digest: DigestAlgorithm): Uint8Array => digestOf(door, digest, signer.signature);
  const overContent = (digest: DigestAlgorithm): Uint8Array => content?.digest(digest) ?? new Uint8Array(0);
  const tokens: ReadTimeStamp[] = [];
  const seen = new Set<string>();
  const read = (oid: string, kind: TimeStampFacts['kind'], imprint: (digest: DigestAlgorithm) => Uint8Array): void => {
    for (const token of tokensOf(signer, oid)) {
      if (tokens.length >= policy.limits.timeStamps) {
        warnings.push({
          code: 'limit.time-stamps',
          clause: 'policy',
          message: `only ${policy.limits.timeStamps} time-stamps were read`,
        });
        return;
      }
      const one = readTimeStamp(kind, token, imprint, pool, door);
      // The same token twice proves nothing twice.
      if (seen.has(one.sha256)) continue;
      seen.add(one.sha256);
      tokens.push(one);
    }
  };
  read(OID.idAaSignatureTimeStampToken, 'signature-time-stamp', overSignature);
  read(OID.idAaContentTimestamp, 'content-time-stamp', overContent);
  const archived = covering.some((one) => one.facts.kind === 'archive-time-stamp');
  if (!archived && tokensOf(signer, OID.idAaEtsArchiveTimestampV3).length > 0) {
    const message = 'an archive time-stamp (ATSv3) is there and cannot be judged here: inside a PDF, or without the signed data';
    warnings.push({ code: 'time-stamp.archive-not-judged', clause: 'EN 319 122-1 5.5.3', message });
  }
  let control = at;
  for (const one of covering) if (one.passed) control = Math.min(control, one.facts.genTime as number);
  const own = tokens.map((one) => withTrust(one, control, sources.trustFor('time-stamp')));
  const timeStamps = [...own, ...covering.map((one) => one.facts)];

  let poe = control;
  for (const one of own) {
    if (one.kind === 'content-time-stamp' || concludeTimeStamp(one, policy, at).indication !== 'PASSED') continue;
    poe = Math.min(poe, one.genTime as number);
  }
  const trustSources = sources.trustFor('signer');
  return {
    cms,
    certificate,
    signer: certificate === undefined ? null : certificateFacts(certificate, door),
    trust: certificate === undefined || poe < at ? null : readTrust(certificate, 'signer', at, trustSources),
    trustAtPoe: certificate === undefined || poe >= at ? null : readTrust(certificate, 'signer', poe, trustSources),
    timeStamps,
    warnings,
  };
}
