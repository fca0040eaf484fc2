import { equalBytes } from '@antin/formats/bytes/bytes';
import type { Certificate } from '../x509/certificate.ts';
import { buildPaths } from './build.ts';
import type { BuildLimits } from './build.ts';
import { CheckBudget } from './check-budget.ts';
import { crlStatus } from './crl-status.ts';
import { ocspStatus } from './ocsp-status.ts';
import type { RevocationContext, RevocationFinding, RevocationOptions } from './revocation-finding.ts';
import { validatePath } from './validate.ts';
import type { TrustAnchor } from './validate.ts';

const MAX_DEPTH = 4;
/** Who signs lists stands near the authority it signs for. */
const SIGNER_LIMITS: BuildLimits = { length: 8, paths: 4, steps: 256 };

/**
 * Status of one certificate from given evidence (RFC 5280 §6.3, RFC 6960 §3.2). Fetches nothing.
 *
 * A believable "revoked" wins over every "good", but a hold can be lifted: evidence that hides a revocation is what an attacker
 * brings.
 *
 * @param issuer the certificate that issued it in the path at hand, already judged by the caller
 */
export function checkRevocation(certificate: Certificate, issuer: Certificate, options: RevocationOptions): RevocationFinding {
  const budget = new CheckBudget(options.door);
  const finding = statusAt(certificate, issuer, { ...options, door: budget.door, budget }, 0, 'any');
  if (!budget.exceeded || finding.status === 'revoked') return finding;
  return { status: 'unknown', why: ['revocation.limit-checks', ...(finding.why ?? [])] };
}

type Asked = RevocationOptions & { readonly budget: CheckBudget };

function statusAt(
  certificate: Certificate,
  issuer: Certificate,
  options: Asked,
  depth: number,
  only: 'crl' | 'any',
  asked: readonly Certificate[] = [],
): RevocationFinding {
  if (depth > MAX_DEPTH || !options.budget.question()) return { status: 'unknown', why: ['revocation.no-evidence'] };
  const context: RevocationContext = {
    ...options,
    depth,
    trusts: (signer) => asked.some((one) => equalBytes(one.raw, signer.raw)) || trustedSigner(signer, options, depth + 1, asked),
    statusOf: (subject, by, kind) => statusAt(subject, by, options, depth + 1, kind, asked),
  };
  const findings = [crlStatus(certificate, issuer, context)];
  if (only === 'any') findings.unshift(ocspStatus(certificate, issuer, context));
  const decided = decide(findings);
  if (decided !== undefined) return decided;
  const why = [...new Set(findings.flatMap((one) => one.why ?? []))];
  return { status: 'unknown', why: why.length === 0 ? ['revocation.no-evidence'] : why };
}

const HOLD = 6;

/**
 * Where list and answer contradict each other: a revocation stands for good, from the earliest moment anybody names; between a
 * hold and a good one the newer is believed, and the hold where they are of one moment.
 */
function decide(findings: readonly RevocationFinding[]): RevocationFinding | undefined {
  const [final] = findings
    .filter((one) => one.status === 'revoked' && one.reason !== HOLD)
    .sort((a, b) => (a.revokedAt ?? 0) - (b.revokedAt ?? 0));
  if (final !== undefined) return final;
  const age = (one: RevocationFinding): number => one.thisUpdate ?? 0;
  const settled = findings.filter((one) => one.status !== 'unknown').sort((a, b) => age(b) - age(a));
  const newest = settled[0];
  return settled.find((one) => one.status === 'revoked' && age(one) === age(newest as RevocationFinding)) ?? newest;
}

/**
 * `asked` holds the CRL signers whose own status is being looked for. A list may speak about the certificate of the very
 * key that signed it (PKITS 4.14.30): it is then believed for that question, and any other list that says "revoked" still wins.
 */
function trustedSigner(signer: Certificate, options: Asked, depth: number, asked: readonly Certificate[]): boolean {
  if (depth > MAX_DEPTH || options.anchors === undefined) return false;
  const { at, door } = options;
  const paths = buildPaths(signer, {
    anchors: options.anchors,
    candidates: options.candidates ?? [],
    limits: SIGNER_LIMITS,
    door,
  });
  return paths.some((path) => {
    const sha1OnCaCertificates = options.sha1OnCaCertificates === true;
    if (validatePath(path, { at, door, purpose: 'crl', sha1OnCaCertificates }).status !== 'valid') return false;
    return unrevoked(path, options, depth, [...asked, signer]);
  });
}

function unrevoked(path: readonly Certificate[], options: Asked, depth: number, asked: readonly Certificate[]): boolean {
  return path
    .slice(0, -1)
    .every((one, i) => statusAt(one, path[i + 1] as Certificate, options, depth, 'any', asked).status === 'good');
}

/** Status of every certificate of a path below its anchor; `anchors` defaults to the path's own. */
export function checkPathRevocation(path: readonly Certificate[], options: RevocationOptions): RevocationFinding[] {
  const anchor = path.at(-1);
  if (anchor === undefined) return [];
  const own = options.anchors?.filter((one) => equalBytes(one.certificate.raw, anchor.raw));
  const anchors: readonly TrustAnchor[] =
    own !== undefined && own.length > 0 ? own : [{ certificate: anchor, purposes: ['signer', 'time-stamp'] }];
  return path.slice(0, -1).map((one, i) => checkRevocation(one, path[i + 1] as Certificate, { ...options, anchors }));
}
