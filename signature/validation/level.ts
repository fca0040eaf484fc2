import type { Carried } from './embedded-evidence.ts';
import type { SignatureFacts } from './facts.ts';
import type { LevelFacts } from './settled.ts';
import type { Finding } from './types.ts';

/**
 * The ladder that all formats share.
 *
 * @param carried what the file itself carries
 * @param failures rules of level B of the format that do not hold
 * @param forbiddenAtLt what stands in the signature and must not from LT on
 */
export function reachedLevel(
  facts: SignatureFacts,
  carried: Carried,
  failures: readonly Finding[],
  forbiddenAtLt: readonly Finding[],
): LevelFacts {
  if (failures.length > 0) return { level: null, levelFailures: failures };
  const stamped = facts.timeStamps.some(
    (one) =>
      (one.kind === 'signature-time-stamp' || one.kind === 'document-time-stamp') &&
      one.imprintMatches &&
      one.cms?.digestMatches === true &&
      one.cms.signatureValue === 'valid' &&
      one.genTime !== null &&
      one.genTime <= (facts.signer?.notAfter ?? 0),
  );
  if (!stamped) return { level: 'B-B', levelFailures: [] };
  if (!carried.complete) return { level: 'B-T', levelFailures: [] };
  if (forbiddenAtLt.length > 0) return { level: 'B-T', levelFailures: forbiddenAtLt };
  return { level: carried.archived ? 'B-LTA' : 'B-LT', levelFailures: [] };
}
