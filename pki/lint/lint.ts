import { FormatFault } from '@antin/formats/fault';
import type { CryptoDoor } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { readCrl } from './crl-facts.ts';
import type { CrlFacts } from './crl-facts.ts';
import { readCertificate } from './facts.ts';
import type { CertificateFacts } from './facts.ts';
import type { LintProfile } from './profiles.ts';
import { runRules } from './rule.ts';
import { CRL_RULES } from './rules/crl.ts';
import type { Finding } from './rule.ts';

/** A certificate so damaged that no rule can look at it. */
function brokenFrame(error: unknown): Finding {
  if (!(error instanceof FormatFault || error instanceof PkiFault)) throw error;
  return {
    rule: 'x690.unreadable',
    severity: 'fatal',
    clause: 'X.690, RFC 5280 appendix A',
    detail: `${error.code} ${error.message}`,
  };
}

/** Every rule of a profile a certificate breaks, worst parts of it included: what cannot be read is a finding too. */
export function lintCertificate(der: Uint8Array, profile: LintProfile, door: CryptoDoor): Finding[] {
  let facts: CertificateFacts;
  try {
    facts = readCertificate(der);
  } catch (error) {
    return [brokenFrame(error)];
  }
  return lintFacts(facts, profile, door);
}

/** The same for a certificate that was read already. */
export function lintFacts(facts: CertificateFacts, profile: LintProfile, door: CryptoDoor): Finding[] {
  const scope = { kind: profile.kind, door };
  return profile.rules.flatMap((table) => runRules(table, facts, scope));
}

/** Every rule a revocation list breaks. */
export function lintCrl(der: Uint8Array, door: CryptoDoor): Finding[] {
  let facts: CrlFacts;
  try {
    facts = readCrl(der);
  } catch (error) {
    return [brokenFrame(error)];
  }
  return runRules(CRL_RULES, facts, { kind: {}, door });
}
