import { toHex } from '@antin/formats/bytes/text-encodings';
import type { Crl } from '@antin/pki/crl/parse';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor } from '@antin/pki/crypto';
import type { BasicOcspResponse } from '@antin/pki/ocsp/response';
import { vouches, withinDates } from '@antin/pki/path/anchor';
import { buildPaths } from '@antin/pki/path/build';
import type { RevocationFinding } from '@antin/pki/path/revocation-finding';
import type { PathPurpose } from '@antin/pki/path/purpose';
import { checkPathRevocation } from '@antin/pki/path/revocation';
import { checkSignature } from '@antin/pki/path/signature-check';
import { validatePath } from '@antin/pki/path/validate';
import type { PathResult, TrustAnchor } from '@antin/pki/path/validate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { nameText, sameName } from '@antin/pki/x509/name';
import { certificateFacts } from './certificates.ts';
import type { CertificatePool } from './certificates.ts';
import type { RevocationFacts, TrustFacts } from './facts.ts';
import type { Need } from './types.ts';

export interface TrustSources {
  readonly anchors: readonly TrustAnchor[];
  readonly pool: CertificatePool;
  readonly crls: readonly Crl[];
  readonly ocsps: readonly BasicOcspResponse[];
  readonly door: CryptoDoor;
  readonly maxPaths: number;
  /** The moment of judging; evidence from after it is refused. */
  readonly now: number;
  /** Until when SHA-1 counts under the status data of pinned CAs that have leave for it. */
  readonly sha1EvidenceUntil: number | null;
  /** Collects what is missing. */
  readonly needs: Need[];
  /** Answers given for this file before, as long as nothing came to hand since. */
  readonly memory?: TrustMemory;
}

/** Of one file: the same certificate is asked about by what was signed, by the level, and by every further signature. */
export class TrustMemory {
  readonly #answers = new Map<string, Map<Certificate, TrustFacts>>();
  readonly #atHand: () => string;

  /** @param atHand differs as soon as there is more evidence */
  constructor(atHand: () => string) {
    this.#atHand = atHand;
  }

  recall(leaf: Certificate, purpose: 'signer' | 'time-stamp', at: number): TrustFacts | undefined {
    return this.#answers.get(this.#question(purpose, at))?.get(leaf);
  }

  keep(leaf: Certificate, purpose: 'signer' | 'time-stamp', facts: TrustFacts): void {
    const question = this.#question(purpose, facts.at);
    const answers = this.#answers.get(question) ?? new Map<Certificate, TrustFacts>();
    this.#answers.set(question, answers.set(leaf, facts));
  }

  #question(purpose: string, at: number): string {
    return `${purpose} ${at} ${this.#atHand()}`;
  }
}

/** Validity periods are judged by the process, which knows what is proven about time; here they do not count. */
const ABOUT_TIME: ReadonlySet<string> = new Set(['path.expired', 'path.not-yet-valid']);
/** A path with one of these is no path: the names fit but another key signed. */
const NO_PATH: ReadonlySet<string> = new Set(['path.signature-invalid', 'path.name-chaining', 'path.empty']);

/** The best path from `leaf` to an anchor as it stands at `at`, with the revocation answer for each certificate. */
export function readTrust(leaf: Certificate, purpose: 'signer' | 'time-stamp', at: number, sources: TrustSources): TrustFacts {
  const known = sources.memory?.recall(leaf, purpose, at);
  if (known !== undefined) return known;
  const facts = trustFacts(leaf, purpose, at, sources);
  sources.memory?.keep(leaf, purpose, facts);
  return facts;
}

function trustFacts(leaf: Certificate, purpose: 'signer' | 'time-stamp', at: number, sources: TrustSources): TrustFacts {
  const anchors = sources.anchors.filter((one) => vouches(one, purpose, at));
  const paths = buildPaths(leaf, {
    anchors,
    candidates: sources.pool.all(),
    limits: { length: 12, paths: sources.maxPaths, steps: 4096 },
    door: sources.door,
  });
  const pathPurpose: PathPurpose = purpose;
  const judged = paths.map((path) => {
    const anchor = anchors.find((one) => one.certificate.raw === path.at(-1)?.raw);
    const result = validatePath(path, {
      at,
      door: sources.door,
      purpose: pathPurpose,
      sha1OnCaCertificates: anchor?.sha1OnCaCertificates ?? false,
    });
    return { path, anchor, result, rank: rankOf(result) };
  });
  judged.sort((a, b) => a.rank - b.rank);
  const best = unspoilt(judged, at, sources);
  if (best === undefined || best.result.problems.some((one) => NO_PATH.has(one.code))) {
    const chain = [certificateFacts(leaf, sources.door)];
    const outside = outsideDates(leaf, purpose, at, sources);
    if (outside !== undefined) return { at, status: 'no-chain', chain, faults: [], revocation: [], anchorOutOfDates: outside };
    askForIssuer(leaf, sources);
    return { at, status: 'no-chain', chain, faults: [], revocation: [] };
  }
  const faults = best.result.problems
    .filter((one) => !ABOUT_TIME.has(one.code))
    .map((one) => ({
      code: one.code,
      message: `${nameText((best.path[one.index] as Certificate).subject)}${one.detail === undefined ? '' : `: ${one.detail}`}`,
    }));
  return {
    at,
    status: faults.length === 0 ? 'trusted' : 'broken',
    chain: best.path.map((one) => certificateFacts(one, sources.door)),
    faults,
    revocation: readRevocation(best.path, findingsOf(best, at, sources), sources),
  };
}

/** An anchor that leads here but does not vouch at this moment: not yet, or no longer (withdrawn from a trusted list). */
function outsideDates(
  leaf: Certificate,
  purpose: 'signer' | 'time-stamp',
  at: number,
  sources: TrustSources,
): TrustFacts['anchorOutOfDates'] {
  const anchors = sources.anchors.filter((one) => one.purposes.includes(purpose) && !withinDates(one, at));
  if (anchors.length === 0) return undefined;
  const limits = { length: 12, paths: sources.maxPaths, steps: 4096 };
  for (const path of buildPaths(leaf, { anchors, candidates: sources.pool.all(), limits })) {
    const anchor = anchors.find((one) => one.certificate.raw === path.at(-1)?.raw);
    const result = validatePath(path, { at, door: sources.door, purpose, sha1OnCaCertificates: true });
    if (anchor === undefined || result.problems.some((one) => NO_PATH.has(one.code))) continue;
    const { certificate, notBefore, notAfter } = anchor;
    return { name: anchor.label ?? nameText(certificate.subject), notBefore: notBefore ?? null, notAfter: notAfter ?? null };
  }
  return undefined;
}

function rankOf(result: PathResult): number {
  if (result.status === 'valid') return 0;
  const codes = result.problems.map((one) => one.code);
  if (codes.every((code) => ABOUT_TIME.has(code))) return 1;
  return codes.some((code) => NO_PATH.has(code)) ? 3 : 2;
}

interface JudgedPath {
  readonly path: readonly Certificate[];
  readonly anchor: TrustAnchor | undefined;
  readonly rank: number;
}

/** Paths looked at for their authorities' status; each costs a look at all lists. */
const MOST_COMPARED = 4;

/**
 * Of paths that are equally good, the first whose authorities are all known to be in force: a cross-certificate that was revoked does
 * not spoil the path beside it. The leaf itself is the same in all.
 */
function unspoilt<T extends JudgedPath>(judged: readonly T[], at: number, sources: TrustSources): T | undefined {
  const [first] = judged;
  const equal = judged.filter((one) => one.rank === first?.rank).slice(0, MOST_COMPARED);
  if (equal.length < 2) return first;
  const inForce = (one: T): boolean =>
    findingsOf(one, at, sources)
      .slice(1)
      .every(({ status }) => status === 'good');
  return equal.find(inForce) ?? first;
}

function findingsOf({ path, anchor }: JudgedPath, at: number, sources: TrustSources): RevocationFinding[] {
  return checkPathRevocation(path, {
    crls: sources.crls,
    ocsps: sources.ocsps,
    candidates: sources.pool.all(),
    anchors: sources.anchors,
    at,
    now: sources.now,
    door: sources.door,
    sha1OnCaCertificates: anchor?.sha1OnCaCertificates ?? false,
    sha1EvidenceUntil: sources.sha1EvidenceUntil,
  });
}

function readRevocation(
  path: readonly Certificate[],
  findings: readonly RevocationFinding[],
  sources: TrustSources,
): RevocationFacts[] {
  return findings.map((finding, i) => {
    const certificate = path[i] as Certificate;
    if (finding.status === 'unknown') askForStatus(certificate, path[i + 1] as Certificate, sources);
    return {
      subject: nameText(certificate.subject),
      ca: i > 0,
      status: finding.status,
      source: finding.source ?? null,
      revokedAt: finding.revokedAt ?? null,
      reason: finding.reason ?? null,
      thisUpdate: finding.thisUpdate ?? null,
      nextUpdate: finding.nextUpdate ?? null,
      why: finding.why ?? [],
    };
  });
}

function askForStatus(certificate: Certificate, issuer: Certificate, sources: TrustSources): void {
  const { needs, door } = sources;
  if (needs.some((one) => one.kind !== 'certificate' && one.certificate === certificate.raw)) return;
  const common = {
    certificate: certificate.raw,
    issuer: issuer.raw,
    serialHex: certificate.serialHex,
    issuerSha256: toHex(digestOf(door, 'SHA-256', issuer.raw)),
  };
  const points = certificate.crlDistributionPoints.flatMap((point) => point.urls);
  if (certificate.authorityInfoAccess.ocsp.length > 0) {
    needs.push({ kind: 'ocsp', ...common, urls: certificate.authorityInfoAccess.ocsp });
  }
  if (points.length > 0 || certificate.authorityInfoAccess.ocsp.length === 0)
    needs.push({ kind: 'crl', ...common, urls: points });
}

/** Certificates walked upwards from the leaf, and issuers asked for. */
const MOST_WALKED = 64;
const MOST_ASKED = 4;

/**
 * Asks for what is missing above everything that can be reached without an anchor. A certificate that only bears the issuer's name
 * (an older key, a look-alike that the file brings) must not keep the true issuer from being looked for, and neither must a loop of
 * cross-certificates.
 */
function askForIssuer(leaf: Certificate, sources: TrustSources): void {
  const { needs, pool, door } = sources;
  const walked: Certificate[] = [leaf];
  let asked = 0;
  for (let i = 0; i < walked.length && i < MOST_WALKED; i++) {
    const tip = walked[i] as Certificate;
    if (sameName(tip.subject, tip.issuer)) continue;
    const above = pool.all().filter((one) => sameName(one.subject, tip.issuer));
    const issuers = above.slice(0, MOST_WALKED).filter((one) => checkSignature(tip, one.spki, door, true) !== 'invalid');
    for (const one of issuers) if (!walked.includes(one)) walked.push(one);
    if (issuers.length > 0 || asked >= MOST_ASKED) continue;
    asked++;
    if (needs.some((one) => one.kind === 'certificate' && one.certificate === tip.raw)) continue;
    needs.push({
      kind: 'certificate',
      certificate: tip.raw,
      issuer: nameText(tip.issuer),
      urls: tip.authorityInfoAccess.caIssuers,
    });
  }
}
