import type { CryptoDoor } from '../crypto.ts';
import { OID } from '../oids.ts';
import { PROCESSED_EXTENSIONS } from '../x509/certificate.ts';
import type { Certificate } from '../x509/certificate.ts';
import { sameName } from '../x509/name.ts';
import { anchorConstraints } from './anchor-constraints.ts';
import { checkNames, subtreesOf } from './name-constraints.ts';
import type { NameSubtrees } from './name-constraints.ts';
import { PolicyGraph } from './policy-graph.ts';
import { checkPurpose, mayIssueFor } from './purpose.ts';
import type { PathPurpose } from './purpose.ts';
import { checkSignature } from './signature-check.ts';

export interface TrustAnchor {
  readonly certificate: Certificate;
  readonly purposes: readonly ('signer' | 'time-stamp')[];
  /** Vouches from this moment on (milliseconds since 1970): the dates of the trust store, not of the certificate. */
  readonly notBefore?: number;
  /** After this moment the anchor vouches for nothing new (milliseconds since 1970). */
  readonly notAfter?: number;
  /** CA certificates under this anchor may still carry SHA-1 signatures (VGCA G1, 2010–2030); leaves never. */
  readonly sha1OnCaCertificates?: boolean;
  /** What people call it. */
  readonly label?: string;
  /** Made for trying things out: an installation with real duties refuses it. */
  readonly practice?: boolean;
  /** Origins (`http://ca.gov.vn`) where this authority and those below it publish certificates and status. */
  readonly locations?: readonly string[];
}

export type PathProblemCode =
  | 'path.empty'
  | 'path.name-chaining'
  | 'path.no-subject'
  | 'path.signature-invalid'
  | 'path.algorithm-mismatch'
  | 'path.not-yet-valid'
  | 'path.expired'
  | 'path.not-a-ca'
  | 'path.length-exceeded'
  | 'path.key-usage'
  | 'path.extended-key-usage'
  | 'path.name-constraints'
  | 'path.policy-required'
  | 'path.policy-mapping'
  | 'path.unknown-critical-extension'
  | 'path.weak-algorithm'
  | 'path.unsupported-algorithm'
  | 'path.unsupported-name-constraint';

export interface PathProblem {
  readonly code: PathProblemCode;
  /** Position in the path as given: 0 is the leaf. */
  readonly index: number;
  readonly detail?: string;
}

/**
 * `unsupported` = nothing wrong was found, but something decisive could not be judged; never to be treated as valid.
 */
export interface PathResult {
  readonly status: 'valid' | 'invalid' | 'unsupported';
  readonly problems: readonly PathProblem[];
  /** user-constrained-policy-set (RFC 5280 §6.1.6). */
  readonly policies: readonly string[];
}

export interface PathOptions {
  /** The moment the path is judged for, milliseconds since 1970. */
  readonly at: number;
  readonly door: CryptoDoor;
  /** What the leaf's key was used for; `any` asks nothing of the leaf's usages (a CA's own path). */
  readonly purpose: PathPurpose;
  /** user-initial-policy-set; default anyPolicy. */
  readonly initialPolicies?: readonly string[];
  readonly initialExplicitPolicy?: boolean;
  readonly initialPolicyMappingInhibit?: boolean;
  readonly initialAnyPolicyInhibit?: boolean;
  readonly sha1OnCaCertificates?: boolean;
}

/**
 * Certification path validation (RFC 5280 §6.1 with the policy graph of RFC 9618). Revocation is judged apart.
 *
 * @param path leaf first, trust anchor last; the anchor is trusted as given: its own signature and period are not judged, what it says
 * about the certificates below it is (RFC 5937: path length, names, key usage)
 */
export function validatePath(path: readonly Certificate[], options: PathOptions): PathResult {
  const problems: PathProblem[] = [];
  const anchor = path.at(-1);
  if (anchor === undefined || path.length === 0)
    return { status: 'invalid', problems: [{ code: 'path.empty', index: 0 }], policies: [] };
  const n = path.length - 1;
  const add = (code: PathProblemCode, index: number, detail?: string) =>
    problems.push(detail === undefined ? { code, index } : { code, index, detail });

  const graph = new PolicyGraph();
  let explicitPolicy = options.initialExplicitPolicy === true ? 0 : n + 1;
  let inhibitAnyPolicy = options.initialAnyPolicyInhibit === true ? 0 : n + 1;
  let policyMapping = options.initialPolicyMappingInhibit === true ? 0 : n + 1;
  let maxPathLength = n;
  const constraints: NameSubtrees[] = [];
  let issuer = anchor;
  // A pinned certificate that issues nothing is a target like any other: its own period counts, its signature does not.
  if (n === 0) checkPeriod(anchor, 0, options, add);
  else {
    const own = anchorConstraints(anchor);
    for (const { code, detail } of own.problems) add(code, n, detail);
    if (own.names !== undefined) constraints.push(own.names);
    maxPathLength = Math.min(maxPathLength, own.pathLength ?? maxPathLength);
  }

  for (let i = 1; i <= n; i++) {
    const index = n - i;
    const certificate = path[index] as Certificate;
    const last = i === n;
    const selfIssued = sameName(certificate.subject, certificate.issuer);
    checkLink(certificate, issuer, index, options, add);

    if (!selfIssued || last) {
      const names = checkNames(certificate.subject, certificate.subjectAltName ?? [], constraints);
      if (names.finding === 'outside') add('path.name-constraints', index, names.name?.kind);
      if (names.finding === 'unsupported') add('path.unsupported-name-constraint', index, names.name?.kind);
    }

    if (certificate.certificatePolicies === undefined) graph.clear();
    else {
      graph.descend(
        certificate.certificatePolicies.map((one) => one.policy),
        inhibitAnyPolicy > 0 || (!last && selfIssued),
      );
    }
    if (explicitPolicy === 0 && graph.isNull) add('path.policy-required', index);

    for (const extension of certificate.extensions.values()) {
      if (extension.critical && !PROCESSED_EXTENSIONS.has(extension.oid))
        add('path.unknown-critical-extension', index, extension.oid);
    }

    if (last) {
      if (isNameless(certificate)) add('path.no-subject', index);
      break;
    }

    // Prepare for the next certificate (RFC 5280 §6.1.4).
    if (certificate.policyMappings !== undefined) {
      const mappings = certificate.policyMappings;
      if (mappings.some((one) => one.issuerDomainPolicy === OID.anyPolicy || one.subjectDomainPolicy === OID.anyPolicy)) {
        add('path.policy-mapping', index);
      }
      graph.map(mappings, policyMapping > 0);
    }
    if (certificate.nameConstraints !== undefined) {
      const subtrees = subtreesOf(certificate.nameConstraints);
      if (subtrees.unsupported !== undefined) add('path.unsupported-name-constraint', index, subtrees.unsupported);
      constraints.push(subtrees);
    }
    if (!selfIssued) {
      explicitPolicy = Math.max(0, explicitPolicy - 1);
      policyMapping = Math.max(0, policyMapping - 1);
      inhibitAnyPolicy = Math.max(0, inhibitAnyPolicy - 1);
    }
    explicitPolicy = Math.min(explicitPolicy, certificate.policyConstraints?.requireExplicitPolicy ?? explicitPolicy);
    policyMapping = Math.min(policyMapping, certificate.policyConstraints?.inhibitPolicyMapping ?? policyMapping);
    inhibitAnyPolicy = Math.min(inhibitAnyPolicy, certificate.inhibitAnyPolicy ?? inhibitAnyPolicy);
    if (certificate.version !== 3 || certificate.basicConstraints?.ca !== true) add('path.not-a-ca', index);
    if (!selfIssued) {
      if (maxPathLength === 0) add('path.length-exceeded', index);
      else maxPathLength--;
    }
    maxPathLength = Math.min(maxPathLength, certificate.basicConstraints?.pathLength ?? maxPathLength);
    if (certificate.keyUsage !== undefined && !certificate.keyUsage.has('keyCertSign')) add('path.key-usage', index);
    if (!mayIssueFor(certificate, options.purpose)) add('path.extended-key-usage', index);
    issuer = certificate;
  }

  // Wrap-up (RFC 5280 §6.1.5).
  const leaf = path[0] as Certificate;
  explicitPolicy = Math.max(0, explicitPolicy - 1);
  if (leaf.policyConstraints?.requireExplicitPolicy === 0) explicitPolicy = 0;
  const policies = graph.userConstrained(new Set(options.initialPolicies ?? [OID.anyPolicy]));
  if (n > 0 && explicitPolicy === 0 && policies.size === 0) add('path.policy-required', 0);
  for (const code of checkPurpose(leaf, options.purpose)) add(code, 0, options.purpose);

  return { status: statusOf(problems), problems, policies: [...policies] };
}

type Add = (code: PathProblemCode, index: number, detail?: string) => void;

/** What ties one certificate to its issuer: name, signature, and its own validity. */
function checkLink(certificate: Certificate, issuer: Certificate, index: number, options: PathOptions, add: Add): void {
  // Two empty names are equal and name nobody (RFC 5280 §4.1.2.4).
  if (!sameName(certificate.issuer, issuer.subject) || certificate.issuer.rdns.length === 0) add('path.name-chaining', index);
  if (!certificate.algorithmsAgree) add('path.algorithm-mismatch', index);
  // A leaf is where a subject chooses content: a SHA-1 collision is prepared there, not in an old CA certificate.
  const allowSha1 = index > 0 && options.sha1OnCaCertificates === true;
  const finding = checkSignature(certificate, issuer.spki, options.door, allowSha1);
  if (finding === 'invalid') add('path.signature-invalid', index);
  if (finding === 'weak') add('path.weak-algorithm', index);
  if (finding === 'unsupported') add('path.unsupported-algorithm', index, certificate.signatureAlgorithm.oid);
  checkPeriod(certificate, index, options, add);
}

/** Who has no name must be named by a critical subjectAltName (RFC 5280 §4.1.2.6); else nobody can be told who signed. */
function isNameless({ subject, subjectAltName, extensions }: Certificate): boolean {
  if (subject.rdns.length > 0) return false;
  return (subjectAltName?.length ?? 0) === 0 || extensions.get(OID.subjectAltName)?.critical !== true;
}

function checkPeriod(certificate: Certificate, index: number, options: PathOptions, add: Add): void {
  if (options.at < certificate.notBefore) add('path.not-yet-valid', index);
  if (options.at > certificate.notAfter) add('path.expired', index);
}

const UNSUPPORTED: ReadonlySet<PathProblemCode> = new Set(['path.unsupported-algorithm', 'path.unsupported-name-constraint']);

function statusOf(problems: readonly PathProblem[]): PathResult['status'] {
  if (problems.length === 0) return 'valid';
  return problems.every((one) => UNSUPPORTED.has(one.code)) ? 'unsupported' : 'invalid';
}
