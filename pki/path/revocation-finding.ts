import type { Crl } from '../crl/parse.ts';
import type { CryptoDoor } from '../crypto.ts';
import type { BasicOcspResponse } from '../ocsp/response.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { TrustAnchor } from './validate.ts';

/** Why a list or response was not believed, or did not settle the matter; stable codes. */
export type RevocationCode =
  | 'revocation.no-evidence'
  | 'revocation.after-expiry'
  | 'revocation.reasons-incomplete'
  | 'revocation.limit-checks'
  | 'crl.signature-invalid'
  | 'crl.unsupported-algorithm'
  | 'crl.weak-algorithm'
  | 'crl.issuer-not-authorised'
  | 'crl.not-yet-valid'
  | 'crl.stale'
  | 'crl.no-next-update'
  | 'crl.period-reversed'
  | 'crl.remove-from-full-list'
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
  | 'ocsp.period-reversed'
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
  /** CA certificates of this path may carry SHA-1 signatures: their anchor is pinned. */
  readonly sha1OnCaCertificates?: boolean;
  /**
   * Moment from which SHA-1 no longer counts under the lists and answers of such CAs either, ms since 1970; `null` = it always
   * counts; absent = it never does. Without `sha1OnCaCertificates` it says nothing.
   */
  readonly sha1EvidenceUntil?: number | null;
}

/** What the two sources need besides the evidence; `statusOf` and `trusts` lead back here with one level less. */
export interface RevocationContext extends RevocationOptions {
  readonly depth: number;
  /** Whether a CRL signer other than the issuer itself has a valid, unrevoked path to the same anchor. */
  trusts(signer: Certificate): boolean;
  statusOf(certificate: Certificate, issuer: Certificate, only: 'crl' | 'any'): RevocationFinding;
}
