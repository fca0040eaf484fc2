import { equalBytes } from '@antin/formats/bytes/bytes';
import type { Crl } from '../crl/parse.ts';
import type { CryptoDoor } from '../crypto.ts';
import type { BasicOcspResponse } from '../ocsp/response.ts';
import type { Certificate } from '../x509/certificate.ts';
import { buildPaths } from './build.ts';
import { crlStatus } from './crl-status.ts';
import { ocspStatus } from './ocsp-status.ts';
import { validatePath } from './validate.ts';
import type { TrustAnchor } from './validate.ts';

/** Why a list or response was not believed, or did not settle the matter; stable codes. */
export type RevocationCode =
  | 'revocation.no-evidence'
  | 'revocation.after-expiry'
  | 'revocation.reasons-incomplete'
  | 'crl.signature-invalid'
  | 'crl.unsupported-algorithm'
  | 'crl.weak-algorithm'
  | 'crl.issuer-not-authorised'
  | 'crl.not-yet-valid'
  | 'crl.stale'
  | 'crl.no-next-update'
  | 'crl.unknown-critical-extension'
  | 'crl.out-of-scope'
  | 'crl.indirect-not-announced'
  | 'crl.delta-without-base'
  | 'ocsp.signature-invalid'
  | 'ocsp.unsupported-algorithm'
  | 'ocsp.weak-algorithm'
  | 'ocsp.responder-not-authorised'
  | 'ocsp.responder-revoked'
  | 'ocsp.responder-status-unknown'
  | 'ocsp.responder-expired'
  | 'ocsp.not-yet-valid'
  | 'ocsp.stale'
  | 'ocsp.status-unknown'
  | 'ocsp.unknown-critical-extension'
  | 'ocsp.certificate-hash-mismatch';

/**
 * `revoked` says when and leaves the comparison with the moment of signing to the caller. `unknown` is a finding of its own
 * ("could not be checked"), never good.
 */
export interface RevocationFinding {
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly source?: 'crl' | 'ocsp';
  readonly revokedAt?: number;
  /** CRLReason; absent = unspecified. */
  readonly reason?: number;
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  readonly archiveCutoff?: number;
  /** Index of the deciding evidence in `crls` or `ocsps`. */
  readonly evidence?: number;
  readonly why?: readonly RevocationCode[];
}

export interface RevocationOptions {
  readonly crls: readonly Crl[];
  readonly ocsps: readonly BasicOcspResponse[];
  /** The moment whose status is wanted (control time): evidence must not have ended (nextUpdate) before it. */
  readonly at: number;
  /** The present, default `at`. Evidence issued between `at` and `now` is fresh; evidence from after `now` is refused. */
  readonly now?: number;
  readonly door: CryptoDoor;
  /** Where separate CRL signers may be found; each needs its own valid, unrevoked path to one of `anchors`. */
  readonly candidates?: readonly Certificate[];
  /** The anchor of the path the certificate stands in (RFC 5280 §6.3.3 (f): the CRL issuer must share it). */
  readonly anchors?: readonly TrustAnchor[];
  /** Tolerated difference of clocks, milliseconds; default 5 minutes. */
  readonly skewMs?: number;
  /** Age at which an OCSP response without nextUpdate is stale, milliseconds; default 24 hours. */
  readonly maxAgeMs?: number;
  readonly sha1OnCaCertificates?: boolean;
}

/** What the two sources need besides the evidence; `statusOf` and `trusts` lead back here with one level less. */
export interface RevocationContext extends RevocationOptions {
  readonly depth: number;
  /** Whether a CRL signer other than the issuer itself has a valid, unrevoked path to the same anchor. */
  trusts(signer: Certificate): boolean;
  statusOf(certificate: Certificate, issuer: Certificate, only: 'crl' | 'any'): RevocationFinding;
}

const MAX_DEPTH = 4;

/**
 * Status of one certificate from given evidence (RFC 5280 §6.3, RFC 6960 §3.2). Fetches nothing.
 *
 * Any believable "revoked" wins over every "good": evidence that hides a revocation is what an attacker brings.
 *
 * @param issuer the certificate that issued it in the path at hand, already judged by the caller
 */
export function checkRevocation(certificate: Certificate, issuer: Certificate, options: RevocationOptions): RevocationFinding {
  return statusAt(certificate, issuer, options, 0, 'any');
}

function statusAt(
  certificate: Certificate,
  issuer: Certificate,
  options: RevocationOptions,
  depth: number,
  only: 'crl' | 'any',
  asked: readonly Certificate[] = [],
): RevocationFinding {
  if (depth > MAX_DEPTH) return { status: 'unknown', why: ['revocation.no-evidence'] };
  const context: RevocationContext = {
    ...options,
    depth,
    trusts: (signer) => asked.some((one) => equalBytes(one.raw, signer.raw)) || trustedSigner(signer, options, depth + 1, asked),
    statusOf: (subject, by, kind) => statusAt(subject, by, options, depth + 1, kind, asked),
  };
  const findings = [crlStatus(certificate, issuer, context)];
  if (only === 'any') findings.unshift(ocspStatus(certificate, issuer, context));
  const revoked = findings.find((one) => one.status === 'revoked');
  if (revoked !== undefined) return revoked;
  const good = findings.find((one) => one.status === 'good');
  if (good !== undefined) return good;
  const why = [...new Set(findings.flatMap((one) => one.why ?? []))];
  return { status: 'unknown', why: why.length === 0 ? ['revocation.no-evidence'] : why };
}

/**
 * `asked` holds the CRL signers whose own status is being looked for. A list may speak about the certificate of the very
 * key that signed it (PKITS 4.14.30): it is then believed for that question, and any other list that says "revoked" still wins.
 */
function trustedSigner(signer: Certificate, options: RevocationOptions, depth: number, asked: readonly Certificate[]): boolean {
  if (depth > MAX_DEPTH || options.anchors === undefined) return false;
  const paths = buildPaths(signer, { anchors: options.anchors, candidates: options.candidates ?? [] });
  return paths.some((path) => {
    const { at, door } = options;
    const sha1OnCaCertificates = options.sha1OnCaCertificates === true;
    if (validatePath(path, { at, door, purpose: 'crl', sha1OnCaCertificates }).status !== 'valid') return false;
    return unrevoked(path, options, depth, [...asked, signer]);
  });
}

function unrevoked(
  path: readonly Certificate[],
  options: RevocationOptions,
  depth: number,
  asked: readonly Certificate[],
): boolean {
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
