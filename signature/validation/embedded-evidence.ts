import type { PdfFile } from '@antin/formats/pdf/file';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { SignedData } from '@antin/pki/cms/signed-data';
import { CertificatePool } from './certificates.ts';
import { evidenceIn } from './cms-container.ts';
import type { TrustFacts } from './facts.ts';
import type { SignerFacts } from './judge-cms.ts';
import { hasDss, readDss } from './pdf/dss.ts';
import { addEvidence } from './sources.ts';
import type { Sources } from './sources.ts';
import { readTrust } from './trust.ts';
import type { TrustSources } from './trust.ts';

/**
 * Does the file itself carry all that is needed to judge the signature without asking anybody (level LT), and was that
 * evidence time-stamped together with it (LTA)? Asked of what is embedded alone, not of what the caller brought.
 */
export function evidenceComplete(
  file: PdfFile,
  data: SignedData | undefined,
  read: SignerFacts | undefined,
  time: number,
  covering: readonly { readonly passed: boolean; readonly revision: number }[],
  sources: Sources,
): { complete: boolean; archived: boolean } {
  if (data === undefined || read?.certificate === undefined || !hasDss(file.last)) return { complete: false, archived: false };
  const pool = new CertificatePool();
  const base = sources.trustFor('signer');
  for (const anchor of base.anchors) pool.addParsed(anchor.certificate);
  const embedded = { pool, crls: [] as typeof sources.crls, ocsps: [] as typeof sources.ocsps, warnings: [] };
  addEvidence(embedded, readDss(file.last));
  addEvidence(embedded, evidenceIn(data));
  const own: TrustSources = { ...base, pool, crls: embedded.crls, ocsps: embedded.ocsps, needs: [] };
  const settled = (trust: TrustFacts | null): boolean =>
    trust !== null && trust.status === 'trusted' && trust.revocation.every((one) => one.status !== 'unknown');
  const complete = settled(readTrust(read.certificate, 'signer', time, own));
  // The time-stamp covers everything up to the end of its own revision, the store written in it included.
  const archived = complete && covering.some((stamp) => stamp.passed && hasDss(file.revisions[stamp.revision] as PdfRevision));
  return { complete, archived };
}
