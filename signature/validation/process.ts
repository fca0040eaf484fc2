import { CHECKS } from './checks.ts';
import type { BestTime, CheckContext } from './check-context.ts';
import type { Failure } from './checks.ts';
import { constraintOf } from './constraints.ts';
import { misses } from './algorithms.ts';
import type { SignatureFacts, TimeStampFacts } from './facts.ts';
import type { ConstraintLevel, ValidationPolicy } from './policy.ts';
import type { Finding, Indication, SubIndication } from './types.ts';

export interface Conclusion {
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly best: BestTime;
  readonly decided: Failure | null;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** What the policy only wants to be told. */
  readonly information: readonly Finding[];
  readonly timeStamps: readonly TimeStampConclusion[];
}

export interface TimeStampConclusion {
  readonly indication: 'PASSED' | 'FAILED' | 'INDETERMINATE';
  readonly subIndication: SubIndication | null;
  readonly errors: readonly Finding[];
}

/** Clocks of TSA and verifier may differ by this much. */
const SKEW_MS = 5 * 60_000;

/** Validation of one signature with time (EN 319 102-1 §5.3 and §5.5): a pure function of facts, policy and time. */
export function concludeSignature(facts: SignatureFacts, policy: ValidationPolicy, at: number): Conclusion {
  const timeStamps = facts.timeStamps.map((one) => concludeTimeStamp(one, policy, at));
  const context = checkContext(facts, timeStamps, policy, at);
  const { best } = context;
  const missed = CHECKS.flatMap((check) =>
    check.fails(facts, context).map((miss): Failure & { readonly level: ConstraintLevel } => {
      const { message, offset, when } = miss;
      return {
        id: check.id,
        indication: miss.indication ?? check.onFail.indication,
        subIndication: miss.subIndication ?? check.onFail.subIndication,
        finding: {
          code: miss.code ?? check.id,
          clause: miss.clause ?? check.clause,
          message,
          ...(offset === undefined ? {} : { offset }),
        },
        ...(when === undefined ? {} : { when }),
        level: constraintOf(check, miss.code ?? check.id, policy),
      };
    }),
  );
  const failures = missed.filter((one) => one.level === 'fail');
  const told = (level: ConstraintLevel): Finding[] => missed.filter((one) => one.level === level).map((one) => one.finding);
  const decided = failures.find((one) => one.indication === 'TOTAL_FAILED') ?? failures[0] ?? null;
  const unknown = failures.filter((one) => one.id === 'trust.revocation-known').map((one) => one.finding);
  const stamps = timeStamps.flatMap((one) => (one.indication === 'PASSED' ? [] : one.errors));
  return {
    indication: decided?.indication ?? 'TOTAL_PASSED',
    subIndication: decided?.subIndication ?? null,
    best,
    decided,
    errors: dedupe(failures.map((one) => one.finding)),
    warnings: dedupe([...facts.warnings, ...unknown, ...stamps, ...told('warn')]),
    information: dedupe([...told('inform'), ...endedAnchors(facts, context)]),
    timeStamps,
  };
}

/** What the checks hold a signature against. */
export function checkContext(
  facts: SignatureFacts,
  timeStamps: readonly TimeStampConclusion[],
  policy: ValidationPolicy,
  at: number,
): CheckContext {
  const best = bestTime(facts, timeStamps, at);
  const trust = best.proven ? (facts.trustAtPoe ?? facts.trust) : facts.trust;
  return { policy, at, best, notBefore: oldestPossible(facts, timeStamps), trust };
}

function bestTime(facts: SignatureFacts, conclusions: readonly TimeStampConclusion[], at: number): BestTime {
  let time = at;
  let proven = false;
  facts.timeStamps.forEach((stamp, i) => {
    // A time-stamp of the content proves that the content existed, not the signature.
    if (stamp.kind === 'content-time-stamp' || conclusions[i]?.indication !== 'PASSED') return;
    const genTime = stamp.genTime as number;
    if (genTime <= time) {
      time = genTime;
      proven = true;
    }
  });
  return { time, proven };
}

/** The content existed before it was signed: the signature is younger than every time-stamp of its content (§5.5.4 step 4). */
function oldestPossible(facts: SignatureFacts, conclusions: readonly TimeStampConclusion[]): number | null {
  const times = facts.timeStamps.flatMap((stamp, i) =>
    stamp.kind === 'content-time-stamp' && conclusions[i]?.indication === 'PASSED' ? [stamp.genTime as number] : [],
  );
  return times.length === 0 ? null : Math.max(...times);
}

/** Validation of a time-stamp (EN 319 102-1 §5.4) at its control time. Anything but PASSED proves nothing about time. */
export function concludeTimeStamp(facts: TimeStampFacts, policy: ValidationPolicy, at: number): TimeStampConclusion {
  const fail = (
    indication: 'FAILED' | 'INDETERMINATE',
    subIndication: SubIndication,
    code: string,
    message: string,
  ): TimeStampConclusion => ({
    indication,
    subIndication,
    errors: [{ code, clause: 'EN 319 102-1 5.4', message: `${facts.kind}: ${message}` }],
  });
  const first = facts.faults[0];
  if (first !== undefined) return { indication: 'FAILED', subIndication: 'FORMAT_FAILURE', errors: facts.faults };
  if (!facts.imprintMatches) return fail('FAILED', 'HASH_FAILURE', 'time-stamp.imprint', 'it is over other bytes');
  const { cms, trust, tsa, genTime } = facts;
  if (cms === null || genTime === null) return fail('FAILED', 'FORMAT_FAILURE', 'time-stamp.unreadable', 'it cannot be read');
  const attributes = cms.signedAttributes && cms.contentTypes.length === 1 && cms.contentTypes[0] === cms.eContentType;
  if (!attributes || cms.messageDigests !== 1 || cms.duplicateSignedTypes.length > 0) {
    return fail('FAILED', 'FORMAT_FAILURE', 'time-stamp.attributes', 'its signed attributes are not what RFC 5652 demands');
  }
  if (cms.digestMatches !== true && cms.digest !== null) {
    return fail('FAILED', 'HASH_FAILURE', 'time-stamp.digest', 'its content was changed');
  }
  if (tsa === null || trust === null) {
    return fail(
      'INDETERMINATE',
      'NO_SIGNING_CERTIFICATE_FOUND',
      'time-stamp.no-certificate',
      'the certificate of its authority is not at hand',
    );
  }
  if (cms.signatureValue === 'invalid')
    return fail('FAILED', 'SIG_CRYPTO_FAILURE', 'time-stamp.value', 'its signature value is wrong');
  if (cms.signatureValue !== 'valid') {
    return fail('INDETERMINATE', 'CRYPTO_CONSTRAINTS_FAILURE', 'time-stamp.algorithm', 'its algorithm is not known here');
  }
  if (cms.binding.matches !== true) {
    const message = 'it does not bind its certificate by signing-certificate';
    return fail('INDETERMINATE', 'NO_SIGNING_CERTIFICATE_FOUND', 'time-stamp.signing-certificate', message);
  }
  if (genTime > at + SKEW_MS) {
    return fail('INDETERMINATE', 'TIMESTAMP_ORDER_FAILURE', 'time-stamp.in-the-future', 'it is later than the moment of judging');
  }
  if (genTime > facts.controlTime + SKEW_MS) {
    return fail('INDETERMINATE', 'TIMESTAMP_ORDER_FAILURE', 'time-stamp.order', 'it is later than a time-stamp over it');
  }
  const outside = trust.anchorOutOfDates;
  if (outside !== undefined) {
    const { name, notBefore, notAfter } = outside;
    const span = [notBefore, notAfter].map((ms) => (ms === null ? '' : new Date(ms).toISOString())).join(' to ');
    const message = `${name}, its authority, is trusted here only within ${span}`;
    return fail('INDETERMINATE', 'NO_CERTIFICATE_CHAIN_FOUND', 'time-stamp.anchor-out-of-dates', message);
  }
  if (trust.status === 'no-chain') {
    return fail(
      'INDETERMINATE',
      'NO_CERTIFICATE_CHAIN_FOUND',
      'time-stamp.chain',
      `its authority is not trusted here (${tsa.issuer})`,
    );
  }
  const fault = trust.faults[0];
  if (fault !== undefined) {
    return fail('INDETERMINATE', 'CHAIN_CONSTRAINTS_FAILURE', 'time-stamp.chain-constraints', `${fault.code} ${fault.message}`);
  }
  const control = facts.controlTime;
  for (const certificate of trust.chain.length > 1 ? trust.chain.slice(0, -1) : trust.chain) {
    const outside = genTime < certificate.notBefore || genTime > certificate.notAfter;
    if (outside || control > certificate.notAfter) {
      const message = `${certificate.subject} is valid from ${new Date(certificate.notBefore).toISOString()} to ${new Date(certificate.notAfter).toISOString()}`;
      return fail('INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE', 'time-stamp.expired', message);
    }
  }
  for (const status of trust.revocation) {
    if (status.status === 'unknown') {
      return fail(
        'INDETERMINATE',
        'TRY_LATER',
        'time-stamp.revocation-unknown',
        `the status of ${status.subject} could not be checked`,
      );
    }
    if (
      status.status === 'revoked' &&
      !(status.revokedAt !== null && (control < status.revokedAt || harmless(status, genTime)))
    ) {
      const message = `${status.subject} was revoked${status.revokedAt === null ? '' : ` at ${new Date(status.revokedAt).toISOString()}`}`;
      return fail('INDETERMINATE', 'REVOKED_NO_POE', 'time-stamp.revoked', message);
    }
  }
  const weak = misses(cms, tsa, trust.chain, policy, { time: control, proven: control < at })[0];
  if (weak !== undefined) return fail('INDETERMINATE', weak.subIndication, weak.code, weak.message);
  const imprint = facts.digest === null ? undefined : policy.digests[facts.digest];
  if (imprint === undefined || (imprint !== null && control >= imprint)) {
    return fail('INDETERMINATE', 'CRYPTO_CONSTRAINTS_FAILURE', 'time-stamp.imprint-algorithm', `${facts.digest} is not accepted`);
  }
  return { indication: 'PASSED', subIndication: null, errors: [] };
}

/** RFC 3161 §4: tokens from before a revocation for superseded, affiliationChanged or cessationOfOperation stay good. */
function harmless(status: { readonly revokedAt: number | null; readonly reason: number | null }, genTime: number): boolean {
  return status.revokedAt !== null && genTime < status.revokedAt && status.reason !== null && [3, 4, 5].includes(status.reason);
}

/**
 * Anchors whose own certificate had ended at the moment that is asked. An anchor is a name, a key and the dates of the trust store
 * (RFC 5280 §6.1.1 d), so that this decides nothing: who keeps the store should know.
 */
function endedAnchors(facts: SignatureFacts, { best, trust }: CheckContext): Finding[] {
  const asked = [
    { chain: trust?.chain ?? [], time: best.time },
    ...facts.timeStamps.map((one) => ({ chain: one.trust?.chain ?? [], time: one.controlTime })),
  ];
  return asked.flatMap(({ chain, time }): Finding[] => {
    const anchor = chain.length > 1 ? chain.at(-1) : undefined;
    if (anchor === undefined || time <= anchor.notAfter) return [];
    const [ended, then] = [anchor.notAfter, time].map((ms) => new Date(ms).toISOString().slice(0, 10));
    const message = `the certificate of ${anchor.subject}, which is trusted here, ended on ${ended}; the trust store vouches for it on ${then}`;
    return [{ code: 'trust.anchor-certificate-ended', clause: 'RFC 5280 6.1.1 d', message }];
  });
}

function dedupe(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((one) => {
    const key = `${one.code} ${one.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
