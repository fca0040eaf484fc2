import { equalBytes } from '@antin/formats/bytes/bytes';
import type { CrlEntry } from '../crl/entries.ts';
import type { Crl } from '../crl/parse.ts';
import { OID } from '../oids.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { DistributionPoint } from '../x509/extensions.ts';
import { sameName } from '../x509/name.ts';
import { believe } from './crl-signer.ts';
import type { Used } from './crl-signer.ts';
import { directoryNames, namesIssuer, pointMatches } from './distribution-point.ts';
import type { RevocationCode, RevocationContext, RevocationFinding } from './revocation-finding.ts';

/** ReasonFlags positions 1 to 8 (RFC 5280 §4.2.1.13); 0 is "unused". */
const ALL_REASONS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7, 8]);
const REMOVE_FROM_CRL = 8;
const HOLD = 6;
/** A certificate may name thousands of points; each costs a walk over every list. */
const MAX_POINTS = 32;

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

  const newest = newestFirst(context.crls);
  const lists = reader(certificate, issuer, context, why);
  const covered = new Set<number>();
  /** What newer lists spoke about, whether or not they are too old to settle it. */
  const spoken = new Set<number>();
  let good: Used | undefined;
  for (const point of points) {
    for (const [index, crl] of newest) {
      if (crl.deltaBase !== undefined) continue;
      const reasons = scope(crl, point, certificate, why);
      if (reasons === undefined) continue;
      const superseded = [...reasons].every((one) => spoken.has(one));
      const complete = lists.use(crl, index);
      if (complete === undefined) continue;
      const own = lists.entry(crl);
      if (own?.reason === REMOVE_FROM_CRL) {
        // Allowed in a delta only (§5.3.1): a full list that says so says two things at once.
        why.add('crl.remove-from-full-list');
        continue;
      }
      const delta = deltaFor(complete, context, lists.use);
      const found = entryIn([complete, own], delta === undefined ? undefined : [delta, lists.entry(delta.crl)]);
      // A newer list may have lifted a hold, but nothing lifts a revocation: an older list still proves that one.
      if (found !== undefined && !(superseded && found.entry.reason === HOLD)) return revokedBy(found);
      for (const reason of reasons) spoken.add(reason);
      if ([...reasons].every((one) => covered.has(one))) continue;
      const silent = lastWord([delta, complete], certificate);
      if (typeof silent === 'string') {
        why.add(silent);
        continue;
      }
      good ??= silent;
      for (const reason of reasons) covered.add(reason);
    }
  }
  const alone = deltaAlone(points, certificate, newest, lists, good, why);
  if (alone !== undefined) return revokedBy(alone);
  if (good === undefined) return { status: 'unknown', why: [...why] };
  if (covered.size < ALL_REASONS.size) return { status: 'unknown', why: [...why, 'revocation.reasons-incomplete'] };
  return { status: 'good', source: 'crl', ...window(good) };
}

interface Lists {
  /** Each list is judged and searched once, however many points lead to it. */
  use(crl: Crl, index: number): Used | undefined;
  entry(crl: Crl): CrlEntry | undefined;
}

function reader(certificate: Certificate, issuer: Certificate, context: RevocationContext, why: Set<RevocationCode>): Lists {
  const usable = new Map<Crl, Used | undefined>();
  const entries = new Map<Crl, CrlEntry | undefined>();
  return {
    use(crl, index) {
      if (!usable.has(crl)) usable.set(crl, believe(crl, index, certificate, issuer, context, why));
      return usable.get(crl);
    },
    entry(crl) {
      if (!entries.has(crl)) entries.set(crl, entryOf(crl, certificate));
      return entries.get(crl);
    },
  };
}

interface Found {
  readonly entry: CrlEntry;
  readonly by: Used;
}

/** The entry that decides: a revocation before a hold, and a hold only where the delta does not lift it. */
function entryIn(
  [complete, own]: readonly [Used, CrlEntry | undefined],
  delta: readonly [Used, CrlEntry | undefined] | undefined,
): Found | undefined {
  const base = own === undefined ? undefined : { entry: own, by: complete };
  const change = delta?.[1] === undefined ? undefined : { entry: delta[1], by: delta[0] };
  if (change === undefined || base === undefined) return change?.entry.reason === REMOVE_FROM_CRL ? undefined : (change ?? base);
  // removeFromCRL also marks what has merely expired: then the revocation stands.
  if (base.entry.reason !== HOLD) return base;
  return change.entry.reason === REMOVE_FROM_CRL ? undefined : change;
}

/**
 * A delta without the complete list it builds on settles nothing (§5.2.4), but what it lists is listed: hiding the base must not hide
 * a revocation. A hold counts only while no newer list has been silent about it.
 */
function deltaAlone(
  points: readonly DistributionPoint[],
  certificate: Certificate,
  newest: ReturnType<typeof newestFirst>,
  lists: Lists,
  good: Used | undefined,
  why: Set<RevocationCode>,
): Found | undefined {
  for (const [index, crl] of newest) {
    if (crl.deltaBase === undefined) continue;
    if (!points.some((point) => scope(crl, point, certificate, why) !== undefined)) continue;
    const delta = lists.use(crl, index);
    if (delta === undefined) continue;
    if (good === undefined) why.add('crl.delta-without-base');
    const entry = lists.entry(crl);
    // The newest delta has spoken about a hold; an older one is not asked again.
    if (entry?.reason === REMOVE_FROM_CRL) return undefined;
    const lifted = entry?.reason === HOLD && good !== undefined && good.crl.thisUpdate >= crl.thisUpdate;
    if (entry !== undefined && !lifted) return { entry, by: delta };
  }
  return undefined;
}

function revokedBy({ entry, by }: Found): RevocationFinding {
  return {
    status: 'revoked',
    source: 'crl',
    revokedAt: entry.revokedAt,
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    ...window(by),
  };
}

/** The list whose silence means good, the delta before its base; or why the silence of neither means anything. */
function lastWord(used: readonly (Used | undefined)[], certificate: Certificate): Used | RevocationCode {
  const fresh = used.filter((one) => one !== undefined).filter((one) => !one.stale);
  // A list that ended before the moment asked about proves revocations, never their absence, unless a delta renews it.
  if (fresh.length === 0)
    return used.some((one) => one?.crl.nextUpdate === undefined && one) ? 'crl.no-next-update' : 'crl.stale';
  return fresh.find((one) => !forgotten(one.crl, certificate)) ?? 'revocation.after-expiry';
}

function newestFirst(crls: readonly Crl[]): readonly (readonly [index: number, crl: Crl])[] {
  return crls.map((crl, index) => [index, crl] as const).sort(([, a], [, b]) => b.thisUpdate - a.thisUpdate);
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
  if (point.reasons === undefined && idp?.onlySomeReasons === undefined) return ALL_REASONS;
  const some = (reasons: ReadonlySet<number> | undefined) => (reason: number) => reasons === undefined || reasons.has(reason);
  return new Set([...ALL_REASONS].filter(some(point.reasons)).filter(some(idp?.onlySomeReasons)));
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
    // A number that is higher on a list that is older: one of the two is wrong, and silence from before says nothing about after.
    if (crl.deltaBase > base.crlNumber || crl.crlNumber < base.crlNumber || crl.thisUpdate < base.thisUpdate) continue;
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
