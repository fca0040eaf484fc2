import { FormatFault } from '@antin/formats/fault';
import type { PdfFile } from '@antin/formats/pdf/file';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { OID } from '@antin/pki/oids';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { withoutContent } from '../cades/frame.ts';
import type { CmsFrame } from '../cades/frame.ts';
import type { JudgedArchiveStamp } from './archive-time-stamps.ts';
import { evidenceIn, tokensOf } from './cms-container.ts';
import { carriedEvidence } from './embedded-evidence.ts';
import type { Carried } from './embedded-evidence.ts';
import type { SignerFacts } from './judge-cms.ts';
import type { Covering } from './timed-trust.ts';
import { hasDss, readDss } from './pdf/dss.ts';
import type { Sources } from './sources.ts';
import type { Evidence } from './types.ts';

const NOTHING: Carried = { complete: false, archived: false };

/** A document time-stamp with the revision it closes and the CMS it is. */
export interface PlacedStamp extends Covering {
  readonly revision: number;
  readonly data: SignedData | undefined;
}

/**
 * PAdES: the security store, and the CMS itself. Asked of what is embedded alone, never of what the caller brought; for the
 * chains of signer and time-stamps. The last document time-stamp over a store is the one that archives: the evidence about it
 * comes with the next one.
 */
export function evidenceComplete(
  file: PdfFile,
  data: SignedData | undefined,
  read: SignerFacts | undefined,
  time: number,
  covering: readonly PlacedStamp[],
  sources: Sources,
): Carried {
  const [signer] = data?.signerInfos ?? [];
  if (data === undefined || signer === undefined || read?.certificate === undefined || !hasDss(file.last)) return NOTHING;
  const archive = covering
    .filter((one) => one.passed && hasDss(file.revisions[one.revision] as PdfRevision))
    .reduce<PlacedStamp | undefined>((a, b) => (a === undefined || b.revision > a.revision ? b : a), undefined);
  const tokens = [
    evidenceIn(data),
    ...tokenEvidence(signer),
    ...covering.flatMap((one) => (one.data ? [evidenceIn(one.data)] : [])),
  ];
  // Only what lies under the time-stamp is archived: the store as it was in its revision.
  const then = archive === undefined ? [] : [readDss(file.revisions[archive.revision] as PdfRevision)];
  const evidence = { all: [readDss(file.last), ...tokens], under: [...then, ...tokens] };
  return carriedEvidence(read, time, covering, archive, evidence, sources);
}

/** CAdES: SignedData.certificates and .crls; archived is what the index of the newest archive time-stamp names. Beside it: tokens of a container. */
export function evidenceCompleteInCms(
  frame: CmsFrame,
  signer: SignerInfo,
  read: SignerFacts | undefined,
  time: number,
  { stamps, evidence: beside }: { readonly stamps: readonly JudgedArchiveStamp[]; readonly evidence: readonly Evidence[] },
  sources: Sources,
): Carried {
  if (read?.certificate === undefined) return NOTHING;
  const archive = stamps.find((one) => one.passed && one.partial !== true);
  const tokens = [...tokenEvidence(signer), ...beside];
  const inside = (part: Pick<CmsFrame, 'certificates' | 'crls'>): Evidence =>
    evidenceIn(parseSignedData(withoutContent({ ...frame, ...part, signerInfos: [] })));
  const then = archive === undefined ? [] : [inside(archive.protects)];
  const evidence = { all: [inside(frame), ...tokens], under: [...then, ...tokens] };
  return carriedEvidence(read, time, stamps, archive, evidence, sources);
}

/** What the time-stamp tokens of a signer bring themselves (EN 319 122-1 §5.5.3 note 5). */
export function tokenEvidence(signer: SignerInfo): Evidence[] {
  const tokens = [OID.idAaSignatureTimeStampToken, OID.idAaEtsArchiveTimestampV3].flatMap((type) => tokensOf(signer, type));
  return tokens.flatMap((token) => {
    try {
      return [evidenceIn(parseTimeStampToken(token).signedData)];
    } catch (error) {
      if (error instanceof FormatFault) return [];
      throw error;
    }
  });
}
