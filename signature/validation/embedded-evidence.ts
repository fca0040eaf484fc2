import type { PdfFile } from '@antin/formats/pdf/file';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '@antin/pki/oids';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { Certificate } from '@antin/pki/x509/certificate';
import { withoutContent } from '../cades/frame.ts';
import type { CmsFrame } from '../cades/frame.ts';
import type { JudgedArchiveStamp } from './archive-time-stamps.ts';
import { CertificatePool, certificateFacts } from './certificates.ts';
import { evidenceIn, tokensOf } from './cms-container.ts';
import type { Covering, SignerFacts } from './judge-cms.ts';
import { hasDss, readDss } from './pdf/dss.ts';
import { addEvidence } from './sources.ts';
import type { Sources } from './sources.ts';
import { readTrust } from './trust.ts';
import type { TrustSources } from './trust.ts';
import type { Evidence } from './types.ts';

/** Does the file carry all that is needed to judge without asking anybody (LT), and was that time-stamped (LTA)? */
export interface Carried {
  readonly complete: boolean;
  readonly archived: boolean;
}

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
  const subjects = subjectsOf(read, time, covering, archive, sources);
  const tokens = [
    evidenceIn(data),
    ...tokenEvidence(signer),
    ...covering.flatMap((one) => (one.data ? [evidenceIn(one.data)] : [])),
  ];
  const complete = settled(subjects, [readDss(file.last), ...tokens], sources);
  // Only what lies under the time-stamp is archived: the store as it was in its revision.
  const archived =
    complete &&
    archive !== undefined &&
    settled(subjects, [readDss(file.revisions[archive.revision] as PdfRevision), ...tokens], sources);
  return { complete, archived };
}

/** CAdES: SignedData.certificates and .crls; archived is what the index of the newest archive time-stamp names. */
export function evidenceCompleteInCms(
  frame: CmsFrame,
  signer: SignerInfo,
  read: SignerFacts | undefined,
  time: number,
  stamps: readonly JudgedArchiveStamp[],
  sources: Sources,
): Carried {
  if (read?.certificate === undefined) return NOTHING;
  const archive = stamps.find((one) => one.passed);
  const subjects = subjectsOf(read, time, stamps, archive, sources);
  const tokens = tokenEvidence(signer);
  const inside = (part: Pick<CmsFrame, 'certificates' | 'crls'>): Evidence =>
    evidenceIn(parseSignedData(withoutContent({ ...frame, ...part, signerInfos: [] })));
  const complete = settled(subjects, [inside(frame), ...tokens], sources);
  const archived = complete && archive !== undefined && settled(subjects, [inside(archive.protects), ...tokens], sources);
  return { complete, archived };
}

interface Subject {
  readonly certificate: Certificate;
  readonly purpose: 'signer' | 'time-stamp';
  readonly at: number;
}

/**
 * The signer, and every time-stamp that is relied on: those inside the signature, and those over it that prove something.
 * Undefined: an authority whose certificate is not at hand, so nothing is complete.
 */
function subjectsOf(
  read: SignerFacts,
  time: number,
  covering: readonly Covering[],
  archive: Covering | undefined,
  sources: Sources,
): readonly (Subject | undefined)[] {
  const { door } = sources.context;
  const over = covering.filter((one) => one.passed && one !== archive).map((one) => one.facts);
  const own = read.timeStamps.filter(
    (one) => one.kind === 'signature-time-stamp' && one.imprintMatches && one.faults.length === 0,
  );
  const stamps = [...own, ...over];
  // Without any time-stamp there is no time for which the evidence would have to stand.
  if (stamps.length === 0 && archive === undefined) return [undefined];
  return [
    { certificate: read.certificate as Certificate, purpose: 'signer', at: time },
    ...stamps.map((one): Subject | undefined => {
      const certificate = sources.pool.all().find((known) => certificateFacts(known, door).sha256 === one.tsa?.sha256);
      return certificate && { certificate, purpose: 'time-stamp', at: one.controlTime };
    }),
  ];
}

function settled(subjects: readonly (Subject | undefined)[], evidence: readonly Evidence[], sources: Sources): boolean {
  const pool = new CertificatePool();
  const embedded = { pool, crls: [] as typeof sources.crls, ocsps: [] as typeof sources.ocsps, warnings: [] };
  for (const one of evidence) addEvidence(embedded, one);
  return subjects.every((subject) => {
    if (subject === undefined) return false;
    const base = sources.trustFor(subject.purpose);
    for (const anchor of base.anchors) pool.addParsed(anchor.certificate);
    const own: TrustSources = { ...base, pool, crls: embedded.crls, ocsps: embedded.ocsps, needs: [] };
    const trust = readTrust(subject.certificate, subject.purpose, subject.at, own);
    return trust.status === 'trusted' && trust.revocation.every((one) => one.status !== 'unknown');
  });
}

/** What the time-stamp tokens of a signer bring themselves (EN 319 122-1 §5.5.3 note 5). */
function tokenEvidence(signer: SignerInfo): Evidence[] {
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
