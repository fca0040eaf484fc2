import { equalBytes } from '@antin/formats/bytes/bytes';
import type { CrlEntry } from '../crl/entries.ts';
import type { Crl } from '../crl/parse.ts';
import { OID } from '../oids.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { DistributionPoint } from '../x509/extensions.ts';
import { sameName } from '../x509/name.ts';
import { directoryNames, namesIssuer, pointMatches } from './distribution-point.ts';
import type { RevocationCode, RevocationContext, RevocationFinding } from './revocation-finding.ts';
import { checkSignature, sha1Evidence } from './signature-check.ts';

/** ReasonFlags positions 1 to 8 (RFC 5280 §4.2.1.13); 0 is "unused". */
const ALL_REASONS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7, 8]);
const REMOVE_FROM_CRL = 8;
const HOLD = 6;
/** A certificate may name thousands of points; each costs a walk over every list. */
const MAX_POINTS = 32;
const DEFAULT_SKEW_MS = 5 * 60_000;

interface Used {
  readonly crl: Crl;
  readonly index: number;
  readonly stale: boolean;
}

/**
 * CRL validation (RFC 5280 §6.3.3): full, partitioned by distribution point and by reasons, indirect, and delta lists.
 *
 * A list decides only what its scope says; all reasons must be covered before the answer is `good`.
 */
export function crlStatus(certificate: Certificate, issuer: Certificate, context: RevocationContext): RevocationFinding {
  const why = new Set<RevocationCode>();
  const points = certificate.crlDistributionPoints.slice(0, MAX_POINTS);
  // The issuer's plain list speaks for all its certificates, wherever they point (§6.3.3, last paragraph).
  points.push({ name: { kind: 'full-name', names: [{ kind: 'directory', name: certificate.issuer }] }, urls: [] });

  const usable = new Map<Crl, Used | undefined>();
  const use = (crl: Crl, index: number): Used | undefined => {
    if (!usable.has(crl)) usable.set(crl, believe(crl, index, certificate, issuer, context, why));
    return usable.get(crl);
  };
  const covered = new Set<number>();
  let good: Used | undefined;
  for (const point of points) {
    for (const [index, crl] of newestFirst(context.crls)) {
      if (crl.deltaBase !== undefined) continue;
      const reasons = scope(crl, point, certificate, why);
      if (reasons === undefined) continue;
      const settled = [...reasons].every((one) => covered.has(one));
      const complete = use(crl, index);
      if (complete === undefined) continue;
      const delta = deltaFor(complete, context, use);
      const found = entryOf(delta?.crl, certificate) ?? entryOf(crl, certificate);
      // A newer list may have lifted a hold, but nothing lifts a revocation: an older list still proves that one.
      if (found !== undefined && found.reason !== REMOVE_FROM_CRL && !(settled && found.reason === HOLD)) {
        const by = entryOf(delta?.crl, certificate) === undefined ? complete : (delta as Used);
        return {
          status: 'revoked',
          source: 'crl',
          revokedAt: found.revokedAt,
          ...(found.reason === undefined ? {} : { reason: found.reason }),
          ...window(by),
        };
      }
      if (settled) continue;
      // A list that ended before the moment asked about proves revocations, never their absence, unless a delta renews it.
      if ((delta ?? complete).stale) {
        why.add('crl.stale');
        continue;
      }
      if (forgotten((delta ?? complete).crl, certificate)) {
        why.add('revocation.after-expiry');
        continue;
      }
      good ??= delta ?? complete;
      for (const reason of reasons) covered.add(reason);
    }
  }
  if (good === undefined) return { status: 'unknown', why: [...why] };
  if (covered.size < ALL_REASONS.size) return { status: 'unknown', why: [...why, 'revocation.reasons-incomplete'] };
  return { status: 'good', source: 'crl', ...window(good) };
}

function* newestFirst(crls: readonly Crl[]): Generator<readonly [number, Crl]> {
  yield* [...crls.entries()].sort(([, a], [, b]) => b.thisUpdate - a.thisUpdate);
}

function window(used: Used) {
  const { thisUpdate, nextUpdate } = used.crl;
  return { evidence: used.index, thisUpdate, ...(nextUpdate === undefined ? {} : { nextUpdate }) };
}

/** Steps (b) and (d): the reasons this list decides for this certificate at this point, or undefined when out of scope. */
function scope(
  crl: Crl,
  point: DistributionPoint,
  certificate: Certificate,
  why: Set<RevocationCode>,
): ReadonlySet<number> | undefined {
  const { idp } = crl;
  if (point.cRLIssuer === undefined) {
    if (!sameName(crl.issuer, certificate.issuer)) return undefined;
  } else {
    if (!directoryNames(point.cRLIssuer).some((name) => sameName(name, crl.issuer))) return undefined;
    if (idp?.indirectCRL !== true) {
      why.add('crl.indirect-not-announced');
      return undefined;
    }
  }
  const isCa = certificate.basicConstraints?.ca === true;
  const outside =
    (idp?.distributionPoint !== undefined && !pointMatches(idp.distributionPoint, point, crl.issuer)) ||
    (idp?.onlyContainsUserCerts === true && isCa) ||
    (idp?.onlyContainsCACerts === true && !isCa) ||
    idp?.onlyContainsAttributeCerts === true;
  if (outside) {
    why.add('crl.out-of-scope');
    return undefined;
  }
  const some = (reasons: ReadonlySet<number> | undefined) => (reason: number) => reasons === undefined || reasons.has(reason);
  return new Set([...ALL_REASONS].filter(some(point.reasons)).filter(some(idp?.onlySomeReasons)));
}

/** Steps (a), (f) and (g): is this list what it says it is, from somebody entitled, for this time? */
function believe(
  crl: Crl,
  index: number,
  certificate: Certificate,
  issuer: Certificate,
  context: RevocationContext,
  why: Set<RevocationCode>,
): Used | undefined {
  const refuse = (code: RevocationCode) => {
    why.add(code);
    return undefined;
  };
  if (crl.unknownCritical.length > 0) return refuse('crl.unknown-critical-extension');
  if (crl.hasCertificateIssuer && crl.idp?.indirectCRL !== true) return refuse('crl.indirect-not-announced');
  if (crl.nextUpdate === undefined) return refuse('crl.no-next-update');
  const skew = context.skewMs ?? DEFAULT_SKEW_MS;
  if (crl.thisUpdate > (context.now ?? context.at) + skew) return refuse('crl.not-yet-valid');
  const signed = signer(crl, certificate, issuer, context);
  if (typeof signed === 'string') return refuse(signed);
  return { crl, index, stale: crl.nextUpdate < context.at };
}

/** The certificate whose key signed the list, or why there is none that may. */
function signer(
  crl: Crl,
  certificate: Certificate,
  issuer: Certificate,
  context: RevocationContext,
): Certificate | RevocationCode {
  let code: RevocationCode = 'crl.issuer-not-authorised';
  const signs = (one: Certificate): boolean => {
    if (one.keyUsage !== undefined && !one.keyUsage.has('cRLSign')) return false;
    const finding = checkSignature(crl, one.spki, context.door, sha1Evidence(context, crl.thisUpdate));
    if (finding === 'valid') return true;
    if (code === 'crl.issuer-not-authorised' || code === 'crl.signature-invalid') {
      code =
        finding === 'invalid' ? 'crl.signature-invalid' : finding === 'weak' ? 'crl.weak-algorithm' : 'crl.unsupported-algorithm';
    }
    return false;
  };
  // Step (f): the issuer of the certificate was judged with the path; anybody else needs a path to the same anchor.
  if (sameName(crl.issuer, issuer.subject) && sameName(certificate.issuer, issuer.subject) && signs(issuer)) return issuer;
  const anchors = (context.anchors ?? []).map((one) => one.certificate);
  for (const one of [...anchors, ...(context.candidates ?? [])]) {
    if (!sameName(one.subject, crl.issuer) || equalBytes(one.raw, issuer.raw) || !signs(one)) continue;
    if (anchors.some((anchor) => equalBytes(anchor.raw, one.raw)) || context.trusts(one)) return one;
    code = 'crl.issuer-not-authorised';
  }
  return code;
}

/** Step (c): the newest believable delta for this complete list: same issuer, scope and key, and numbers that overlap. */
function deltaFor(
  complete: Used,
  context: RevocationContext,
  use: (crl: Crl, index: number) => Used | undefined,
): Used | undefined {
  const base = complete.crl;
  if (base.crlNumber === undefined) return undefined;
  let best: Used | undefined;
  for (const [index, crl] of context.crls.entries()) {
    if (crl.deltaBase === undefined || crl.crlNumber === undefined || !sameName(crl.issuer, base.issuer)) continue;
    if (!sameExtension(crl, base, OID.issuingDistributionPoint) || !sameExtension(crl, base, OID.authorityKeyIdentifier))
      continue;
    if (crl.deltaBase > base.crlNumber || crl.crlNumber < base.crlNumber) continue;
    if (best?.crl.crlNumber !== undefined && best.crl.crlNumber >= crl.crlNumber) continue;
    best = use(crl, index) ?? best;
  }
  return best;
}

function sameExtension(a: Crl, b: Crl, oid: string): boolean {
  const left = a.extensions.get(oid)?.value;
  const right = b.extensions.get(oid)?.value;
  return left === undefined ? right === undefined : right !== undefined && equalBytes(left, right);
}

/** Step (i)/(j): in an indirect list the entry must also name this certificate's issuer; the default is the list's own. */
function entryOf(crl: Crl | undefined, certificate: Certificate): CrlEntry | undefined {
  if (crl === undefined) return undefined;
  for (const entry of crl.entries(certificate.serialNumber)) {
    const issuerFits =
      entry.certificateIssuer === undefined
        ? sameName(crl.issuer, certificate.issuer)
        : namesIssuer(entry.certificateIssuer, certificate.issuer);
    if (issuerFits) return entry;
  }
  return undefined;
}

/** Lists drop certificates that have expired: silence after expiry means nothing, unless the list says it keeps them. */
function forgotten(crl: Crl, certificate: Certificate): boolean {
  if (crl.thisUpdate <= certificate.notAfter) return false;
  return crl.expiredCertsOnCrl === undefined || crl.expiredCertsOnCrl > certificate.notAfter;
}
