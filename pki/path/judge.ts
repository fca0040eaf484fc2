import { equalBytes } from '@antin/formats/bytes/bytes';
import type { Crl } from '../crl/parse.ts';
import type { CryptoDoor } from '../crypto.ts';
import { OID } from '../oids.ts';
import type { BasicOcspResponse } from '../ocsp/response.ts';
import type { Certificate } from '../x509/certificate.ts';
import { withinDates } from './anchor.ts';
import { DEFAULT_BUILD_LIMITS, searchPaths } from './build.ts';
import type { BuildLimits } from './build.ts';
import { checkPathRevocation } from './revocation.ts';
import type { RevocationCode, RevocationFinding } from './revocation-finding.ts';
import { validatePath } from './validate.ts';
import type { PathProblem, PathProblemCode, TrustAnchor } from './validate.ts';

export interface JudgePathOptions {
  readonly anchors: readonly TrustAnchor[];
  /** Certificates that may stand between the target and an anchor; trusted for nothing. */
  readonly candidates: readonly Certificate[];
  readonly crls: readonly Crl[];
  readonly ocsps: readonly BasicOcspResponse[];
  /** Moment the path is judged for, ms since 1970. */
  readonly at: number;
  readonly door: CryptoDoor;
  /** Asks the status of every certificate below the anchor; default true. */
  readonly revocation?: boolean;
  /** user-initial-policy-set; default anyPolicy. */
  readonly policies?: readonly string[];
  readonly explicitPolicy?: boolean;
  readonly inhibitMapping?: boolean;
  readonly inhibitAnyPolicy?: boolean;
  /** Purpose the target must be made for (extKeyUsage). */
  readonly eku?: string;
  readonly limits?: BuildLimits;
  /** As in RevocationOptions. */
  readonly sha1EvidenceUntil?: number | null;
}

export type PathVerdictCode =
  PathProblemCode | RevocationCode | 'path.none' | PathLimitCode | 'revocation.revoked' | 'revocation.no-evidence';

/** No path was found before a limit of the search was reached: more certificates in one, more paths, more links to try. */
type PathLimitCode = 'path.limit-length' | 'path.limit-paths' | 'path.limit-steps';

export interface PathVerdict {
  readonly valid: boolean;
  /** What decided; null when valid. */
  readonly code: PathVerdictCode | null;
  /** Target first, anchor last: the valid one, else the one that came furthest. */
  readonly path: readonly Certificate[];
  /** user-constrained-policy-set. */
  readonly policies: readonly string[];
  readonly problems: readonly PathProblem[];
  /** One for each certificate below the anchor; empty where not asked. */
  readonly revocation: readonly RevocationFinding[];
}

/**
 * Is there a path from an anchor to the target that holds at this time, revocation included (RFC 5280 §6)? Every path that can
 * be built is tried: a cross-certificate that fails does not spoil the one that holds. Fetches nothing.
 */
export function judgePath(target: Certificate, options: JudgePathOptions): PathVerdict {
  let best: PathVerdict = { valid: false, code: 'path.none', path: [], policies: [], problems: [], revocation: [] };
  const anchors = options.anchors.filter((one) => withinDates(one, options.at));
  const { candidates, door, limits = DEFAULT_BUILD_LIMITS } = options;
  const { paths, exhausted } = searchPaths(target, { anchors, candidates, door, limits });
  for (const path of paths) {
    const verdict = judgeOne(path, options);
    if (verdict.valid) return verdict;
    if (best.code === 'path.none' || rank(verdict) < rank(best)) best = verdict;
  }
  // Where the search was cut short, nobody can say that there is no path.
  const unseen = best.code === 'path.none' || rank(best) === 1;
  return unseen && exhausted !== undefined ? { ...best, code: `path.limit-${exhausted}` } : best;
}

/** A path whose signatures do not fit is none: the certificates only bear the same names. */
function rank(verdict: PathVerdict): number {
  return verdict.problems.some((one) => one.code === 'path.signature-invalid') ? 1 : 0;
}

function judgeOne(path: readonly Certificate[], options: JudgePathOptions): PathVerdict {
  const top = path.at(-1) as Certificate;
  const anchor = options.anchors.find((one) => equalBytes(one.certificate.raw, top.raw));
  const sha1OnCaCertificates = anchor?.sha1OnCaCertificates === true;
  const { at, door, crls, ocsps, anchors } = options;
  const result = validatePath(path, {
    at,
    door,
    purpose: 'any',
    sha1OnCaCertificates,
    ...(options.policies === undefined ? {} : { initialPolicies: options.policies }),
    initialExplicitPolicy: options.explicitPolicy === true,
    initialPolicyMappingInhibit: options.inhibitMapping === true,
    initialAnyPolicyInhibit: options.inhibitAnyPolicy === true,
  });
  const problems = [...result.problems];
  const { eku } = options;
  if (eku !== undefined) {
    for (const [index, one] of path.entries()) {
      const fits = index === 0 ? isFor(one, eku) : index === path.length - 1 || mayPassOn(one, eku);
      if (!fits) problems.push({ code: 'path.extended-key-usage', index, detail: eku });
    }
  }
  const { policies } = result;
  const first = problems[0];
  if (first !== undefined) return { valid: false, code: first.code, path, policies, problems, revocation: [] };
  if (options.revocation === false) return { valid: true, code: null, path, policies, problems, revocation: [] };
  const candidates = options.candidates;
  const leave = options.sha1EvidenceUntil === undefined ? {} : { sha1EvidenceUntil: options.sha1EvidenceUntil };
  const revocation = checkPathRevocation(path, { crls, ocsps, at, door, candidates, anchors, sha1OnCaCertificates, ...leave });
  return {
    valid: revocation.every((one) => one.status === 'good'),
    code: codeOf(revocation),
    path,
    policies,
    problems,
    revocation,
  };
}

function codeOf(findings: readonly RevocationFinding[]): PathVerdictCode | null {
  if (findings.some((one) => one.status === 'revoked')) return 'revocation.revoked';
  const unknown = findings.find((one) => one.status === 'unknown');
  return unknown === undefined ? null : (unknown.why?.[0] ?? 'revocation.no-evidence');
}

/** Purposes whose power over others is so great that "any purpose" does not include them (RFC 3161 §2.3, RFC 6960 §4.2.2.2). */
const NEVER_ANY: ReadonlySet<string> = new Set([OID.timeStamping, OID.ocspSigning]);

/** A CA that names its purposes passes on no other; of responders RFC 6960 says where they stand, and no CA names that purpose. */
function mayPassOn({ extKeyUsage }: Certificate, eku: string): boolean {
  if (extKeyUsage === undefined || eku === OID.ocspSigning) return true;
  return extKeyUsage.includes(eku) || extKeyUsage.includes(OID.anyExtendedKeyUsage);
}

/** RFC 5280 §4.2.1.12: without the extension the key is for everything. */
function isFor({ extKeyUsage }: Certificate, eku: string): boolean {
  if (extKeyUsage === undefined) return !NEVER_ANY.has(eku);
  return extKeyUsage.includes(eku) || (extKeyUsage.includes(OID.anyExtendedKeyUsage) && !NEVER_ANY.has(eku));
}
