import { basicFailures, FORBIDDEN } from '../../jades/baseline.ts';
import type { EtsiU } from '../../jades/etsi-u.ts';
import type { JwsSignature } from '../../jades/jws.ts';
import type { Carried } from '../embedded-evidence.ts';
import type { BindingFacts, SignatureFacts } from '../facts.ts';
import { reachedLevel } from '../level.ts';
import type { LevelFacts } from '../settled.ts';
import type { Finding } from '../types.ts';

const CLAUSE = 'TS 119 182-1 6.3';

/** Rules of level B that do not hold. */
export function jwsBaseline(
  signature: JwsSignature,
  etsiU: EtsiU | undefined,
  { binding, included }: { readonly binding: BindingFacts; readonly included: boolean },
): readonly Finding[] {
  const failures = [...basicFailures({ signature, etsiU: etsiU ?? { array: undefined, items: [], form: 'encoded' } })];
  const miss = (code: string, message: string): void => void failures.push({ code, clause: CLAUSE, message });
  if (binding.v2 !== 1 || binding.v1 > 0) {
    miss('level.signing-certificate', 'exactly one of x5t#S256, x5t#o and sigX5ts must be present, and x5t must not');
  } else if (signature.header.members.has('x5t#o') && binding.digest === 'SHA-256') {
    miss('level.signing-certificate', 'x5t#o is for other digests than SHA-256');
  }
  if (!included) miss('level.certificate-included', 'x5c must contain the signing certificate');
  return failures;
}

/** Level of a JAdES signature. @param carried what the file itself carries */
export function jwsLevel(facts: SignatureFacts, etsiU: EtsiU | undefined, carried: Carried): LevelFacts {
  const { jws } = facts;
  if (jws === null) return { level: null, levelFailures: [] };
  const names = (etsiU?.items ?? []).map((one) => one.name);
  const forbidden = names.some((one) => FORBIDDEN.includes(one))
    ? [{ code: 'level.references-forbidden', clause: CLAUSE, message: `${FORBIDDEN.join(', ')} must be absent` }]
    : [];
  const reached = reachedLevel(facts, carried, jws.baseline, forbidden);
  if (reached.level === null || reached.level === 'B-B') return reached;
  const crowded = (etsiU?.items ?? []).some(({ name, value }) => name === 'sigTst' && tokenCount(value) !== 1);
  if (!crowded) return reached;
  const failure = { code: 'level.one-token', clause: CLAUSE, message: 'each sigTst must hold exactly one token' };
  return { level: 'B-B', levelFailures: [failure] };
}

function tokenCount(value: EtsiU['items'][number]['value']): number {
  const tokens = value.kind === 'object' ? value.members.get('tstTokens') : undefined;
  return tokens?.kind === 'array' ? tokens.items.length : 0;
}
