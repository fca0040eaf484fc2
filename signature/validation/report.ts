import { valueOf } from './facts.ts';
import type { CertificateFacts, SignatureFacts, TrustFacts } from './facts.ts';
import type { LevelFacts } from './settled.ts';
import type { Conclusion } from './process.ts';
import type { Change, RevocationReport, SignatureReport, SignerReport, TimestampReport } from './types.ts';

/** The JSON of one signature from its facts and its conclusion; nothing is decided here. */
export function reportSignature(facts: SignatureFacts, conclusion: Conclusion, level: LevelFacts): SignatureReport {
  const { pdf } = facts;
  const value = valueOf(facts);
  const trust = conclusion.best.proven ? (facts.trustAtPoe ?? facts.trust) : facts.trust;
  const claimed = pdf?.dictionaryTime ?? value?.signingTime ?? null;
  const { decided } = conclusion;
  return {
    id: facts.id,
    format: facts.format,
    ...(pdf?.subFilter === undefined || pdf.subFilter === null ? {} : { subFilter: pdf.subFilter }),
    ...(pdf?.field === undefined || pdf.field === null ? {} : { field: pdf.field }),
    level: level.level,
    levelFailures: level.levelFailures,
    indication: conclusion.indication,
    subIndication: conclusion.subIndication,
    intact:
      facts.formatFaults.length === 0 &&
      value?.digestMatches === true &&
      !(value.syntax === 'jws' && value.signatureValue === 'invalid'),
    cryptoValid: value?.signatureValue === 'valid',
    coverage: pdf === null ? (facts.formatFaults.length > 0 ? 'broken' : (facts.xml?.coverage ?? 'file')) : pdf.coverage,
    ...(facts.covers === undefined ? {} : { covers: facts.covers }),
    ...(facts.signatureFile === undefined ? {} : { signatureFile: facts.signatureFile }),
    ...(pdf !== null && pdf.revision >= 0 ? { revision: pdf.revision + 1 } : {}),
    changes: (pdf?.changes ?? []).map(plainChange),
    signer: facts.signer === null ? null : signerReport(facts.signer),
    chain: (trust?.chain ?? []).map(signerReport),
    revocation: trust === null ? [] : revocationReports(trust),
    claimedSigningTime: claimed === null ? null : iso(claimed),
    bestSignatureTime: iso(conclusion.best.time),
    bestSignatureTimeFrom: conclusion.best.proven ? 'time-stamp' : 'validation-time',
    timestamps: facts.timeStamps.map((stamp, i): TimestampReport => {
      const judged = conclusion.timeStamps[i];
      return {
        kind: stamp.kind,
        genTime: stamp.genTime === null ? '' : iso(stamp.genTime),
        ...(stamp.tsa === null ? {} : { tsa: stamp.tsa.subject }),
        digest: stamp.digest ?? 'unknown',
        imprintMatches: stamp.imprintMatches,
        indication: judged?.indication ?? 'INDETERMINATE',
        subIndication: judged?.subIndication ?? null,
        errors: judged?.errors ?? [],
      };
    }),
    decidedBy: decided?.finding.code ?? null,
    ...(decided?.when === undefined ? {} : { decidedAt: iso(decided.when) }),
    errors: conclusion.errors,
    warnings: conclusion.warnings,
    ...(conclusion.information.length === 0 ? {} : { information: conclusion.information }),
    ...(value === null || value.digest === null ? {} : { digestAlgorithm: value.digest }),
    ...(value === null || value.scheme === null
      ? {}
      : { signatureAlgorithm: value.signatureDigest === null ? value.scheme : `${value.scheme} ${value.signatureDigest}` }),
    ...(pdf?.reason === undefined || pdf.reason === null ? {} : { reason: pdf.reason }),
    ...(pdf?.location === undefined || pdf.location === null ? {} : { location: pdf.location }),
    ...(pdf?.widget === undefined || pdf.widget === null ? {} : { widget: pdf.widget }),
  };
}

function plainChange(change: Change): Change {
  return {
    class: change.class,
    object: change.object,
    ...(change.page === undefined ? {} : { page: change.page }),
    allowed: change.allowed,
    what: change.what,
    ...(change.field === undefined ? {} : { field: change.field }),
    revision: change.revision,
    ...(change.reason === undefined ? {} : { reason: change.reason }),
  };
}

/** The same few authorities stand in file after file, and their facts are kept as long as they are. */
const signerReports = new WeakMap<CertificateFacts, SignerReport>();

export function signerReport(facts: CertificateFacts): SignerReport {
  const known = signerReports.get(facts);
  if (known !== undefined) return known;
  const report = {
    subject: facts.subject,
    issuer: facts.issuer,
    serialNumber: facts.serialHex,
    ...(facts.commonName === null ? {} : { commonName: facts.commonName }),
    ...(facts.organization === null ? {} : { organization: facts.organization }),
    ...(facts.organizationalUnit === null ? {} : { organizationalUnit: facts.organizationalUnit }),
    ...(facts.title === null ? {} : { title: facts.title }),
    seal: !facts.person,
    notBefore: iso(facts.notBefore),
    notAfter: iso(facts.notAfter),
    sha256: facts.sha256,
  };
  signerReports.set(facts, report);
  return report;
}

function revocationReports(trust: TrustFacts): RevocationReport[] {
  return trust.revocation.map((one) => ({
    subject: one.subject,
    status: one.status,
    ...(one.source === null ? {} : { source: one.source }),
    ...(one.revokedAt === null ? {} : { revokedAt: iso(one.revokedAt) }),
    ...(one.reason === null ? {} : { reason: one.reason }),
    ...(one.thisUpdate === null ? {} : { thisUpdate: iso(one.thisUpdate) }),
    ...(one.nextUpdate === null ? {} : { nextUpdate: iso(one.nextUpdate) }),
  }));
}

/** Dates of certificates and lists met lately; most of a report's dates are theirs. */
const written = new Map<number, string>();
const MOST_WRITTEN = 512;

function iso(ms: number): string {
  let text = written.get(ms);
  if (text === undefined) {
    text = new Date(ms).toISOString();
    if (written.size >= MOST_WRITTEN) written.clear();
    written.set(ms, text);
  }
  return text;
}
