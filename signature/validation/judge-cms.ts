import { OID } from '@antin/pki/oids';
import { digestOf } from '@antin/pki/crypto';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { attributesOf } from '@antin/pki/cms/signed-data';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import { readSignerInfo } from './cms-facts.ts';
import type { SignedContent } from './cms-facts.ts';
import { tokensOf } from './cms-container.ts';
import type { CmsFacts, TimeStampFacts } from './facts.ts';
import type { Sources } from './sources.ts';
import { readTimeStamp } from './time-stamps.ts';
import type { ReadTimeStamp } from './time-stamps.ts';
import { timedTrust } from './timed-trust.ts';
import type { Covering, TimedTrust } from './timed-trust.ts';
import type { Finding } from './types.ts';

export interface SignerFacts extends TimedTrust {
  readonly cms: CmsFacts;
  readonly warnings: readonly Finding[];
}

/** All facts of one SignerInfo, time-stamps and trust included. `covering`: later time-stamps over the whole signature. */
export function readSigner(
  data: SignedData,
  signer: SignerInfo,
  content: SignedContent | null,
  sources: Sources,
  covering: readonly Covering[],
): SignerFacts {
  const { door } = sources.context;
  const { pool, policy } = sources;
  const warnings: Finding[] = [];
  const { facts: cms, certificate } = readSignerInfo(data, signer, content, pool, door);
  const overSignature = (digest: DigestAlgorithm): Uint8Array => digestOf(door, digest, signer.signature);
  const overContent = (digest: DigestAlgorithm): Uint8Array => content?.digest(digest) ?? new Uint8Array(0);
  const tokens: ReadTimeStamp[] = [];
  const seen = new Set<string>();
  const read = (
    list: readonly Uint8Array[],
    kind: TimeStampFacts['kind'],
    imprint: (digest: DigestAlgorithm) => Uint8Array,
  ): void => {
    for (const token of list) {
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
  read(tokensOf(signer, OID.idAaSignatureTimeStampToken), 'signature-time-stamp', overSignature);
  // Signed, it is older than the signature. Unsigned, anybody could have put a later one there to make the signature look too late.
  const ofContent = attributesOf(signer.signedAttrs?.list ?? [], OID.idAaContentTimestamp).flatMap((one) => one.values);
  read(ofContent, 'content-time-stamp', overContent);
  const archived = covering.some((one) => one.facts.kind === 'archive-time-stamp');
  if (!archived && tokensOf(signer, OID.idAaEtsArchiveTimestampV3).length > 0) {
    const message = 'an archive time-stamp (ATSv3) is there and cannot be judged here: inside a PDF, or without the signed data';
    warnings.push({ code: 'time-stamp.archive-not-judged', clause: 'EN 319 122-1 5.5.3', message });
  }
  return { cms, warnings, ...timedTrust(certificate, tokens, covering, sources) };
}
