import type { Certificate } from '@antin/pki/x509/certificate';
import { CertificatePool, certificateFacts } from './certificates.ts';
import type { TimeStampFacts, TrustFacts } from './facts.ts';
import type { Covering } from './timed-trust.ts';
import { addEvidence, isEverything } from './sources.ts';
import type { Sources } from './sources.ts';
import { readTrust } from './trust.ts';
import type { Evidence } from './types.ts';

/** Does the file carry all that is needed to judge without asking anybody (LT), and was that time-stamped (LTA)? */
export interface Carried {
  readonly complete: boolean;
  readonly archived: boolean;
}

/**
 * Does embedded evidence settle the chains of the signer and of every time-stamp that is relied on? Asked of what the file
 * carries alone, never of what the caller brought.
 *
 * @param time the moment for which the signer must stand
 * @param archive the time-stamp that archives: evidence about it comes with the next one
 * @param all everything the file carries
 * @param under the part of it that `archive` covers
 */
export function carriedEvidence(
  read: Timed,
  time: number,
  covering: readonly Covering[],
  archive: Covering | undefined,
  { all, under }: { readonly all: readonly Evidence[]; readonly under: readonly Evidence[] },
  sources: Sources,
): Carried {
  const subjects = subjectsOf(read, time, covering, archive, sources);
  const complete = settled(subjects, all, sources);
  return { complete, archived: complete && archive !== undefined && settled(subjects, under, sources) };
}

export interface Timed {
  readonly certificate: Certificate | undefined;
  readonly timeStamps: readonly TimeStampFacts[];
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
  read: Timed,
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
  if (read.certificate === undefined) return [undefined];
  // Without any time-stamp there is no time for which the evidence would have to stand.
  if (stamps.length === 0 && archive === undefined) return [undefined];
  return [
    { certificate: read.certificate, purpose: 'signer', at: time },
    ...stamps.map((one): Subject | undefined => {
      const certificate = sources.pool.all().find((known) => certificateFacts(known, door).sha256 === one.tsa?.sha256);
      // What the file carries does not become less with the years: asked is the status when the token was made, not today's.
      return certificate && { certificate, purpose: 'time-stamp', at: one.genTime ?? one.controlTime };
    }),
  ];
}

function settled(subjects: readonly (Subject | undefined)[], evidence: readonly Evidence[], sources: Sources): boolean {
  let embedded: Pick<Sources, 'pool' | 'crls' | 'ocsps' | 'warnings'> | undefined;
  return subjects.every((subject) => {
    if (subject === undefined) return false;
    const { certificate, purpose, at } = subject;
    const { memory, ...base } = sources.trustFor(purpose);
    let trust: TrustFacts;
    if (isEverything(evidence, base.anchors, sources)) {
      // Nobody brought anything else: what was answered before was answered from this alone.
      trust = memory?.recall(certificate, purpose, at) ?? readTrust(certificate, purpose, at, { ...base, needs: [] });
    } else {
      embedded ??= openedAlone(evidence);
      const { pool, crls, ocsps } = embedded;
      for (const anchor of base.anchors) pool.addParsed(anchor.certificate);
      trust = readTrust(certificate, purpose, at, { ...base, pool, crls, ocsps, needs: [] });
    }
    return trust.status === 'trusted' && trust.revocation.every((one) => one.status !== 'unknown');
  });
}

function openedAlone(evidence: readonly Evidence[]): Pick<Sources, 'pool' | 'crls' | 'ocsps' | 'warnings'> {
  const embedded = { pool: new CertificatePool(), crls: [], ocsps: [], warnings: [] };
  for (const one of evidence) addEvidence(embedded, one);
  return embedded;
}
