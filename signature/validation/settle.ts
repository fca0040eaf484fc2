import { claimedTimeOddity } from './claimed-time.ts';
import type { SignatureFacts } from './facts.ts';
import type { Level } from './policy.ts';
import { concludeSignature } from './process.ts';
import type { Conclusion } from './process.ts';
import { reportSignature } from './report.ts';
import type { LevelFacts } from './settled.ts';
import type { Sources } from './sources.ts';
import type { SignatureReport } from './types.ts';

const RANK: Readonly<Record<Level, number>> = { 'B-B': 0, 'B-T': 1, 'B-LT': 2, 'B-LTA': 3 };

/**
 * From facts to the report of one signature; what was settled stays in `sources.settled` for the longer reports.
 *
 * @param levelOf the level, given the time that is proven for the signature (ms since 1970)
 */
export function settle(read: SignatureFacts, sources: Sources, levelOf: (time: number) => LevelFacts): SignatureReport {
  const { policy, context } = sources;
  const facts = { ...read, warnings: [...read.warnings, ...claimedTimeOddity(read)] };
  let conclusion = concludeSignature(facts, policy, context.at);
  const level = levelOf(conclusion.best.time);
  const wanted = policy.minimumLevel;
  if (wanted !== undefined && (level.level === null || RANK[level.level] < RANK[wanted])) {
    conclusion = belowLevel(conclusion, level.level ?? 'none', wanted);
  }
  sources.settled.push({ facts, conclusion, level });
  return reportSignature(facts, conclusion, level);
}

/** A signature acceptance constraint (EN 319 102-1 §5.2.8): a level too low does not break what holds otherwise. */
function belowLevel(conclusion: Conclusion, found: string, wanted: Level): Conclusion {
  const message = `the policy asks for level ${wanted}; the signature reaches ${found}`;
  const finding = { code: 'policy.level', clause: 'EN 319 102-1 5.2.8', message };
  const errors = [...conclusion.errors, finding];
  if (conclusion.indication !== 'TOTAL_PASSED') return { ...conclusion, errors };
  const failed = { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' } as const;
  return { ...conclusion, ...failed, errors, decided: { id: 'policy.level', ...failed, finding } };
}
