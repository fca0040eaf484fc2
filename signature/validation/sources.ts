import { equalBytes } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { parseCrl } from '@antin/pki/crl/parse';
import type { Crl } from '@antin/pki/crl/parse';
import { PkiFault } from '@antin/pki/fault';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import type { BasicOcspResponse } from '@antin/pki/ocsp/response';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { CertificatePool } from './certificates.ts';
import { LimitReached } from './limits.ts';
import { OnePass } from './one-pass.ts';
import { placeOf } from './place.ts';
import { VIETNAM_POLICY } from './policy.ts';
import type { ValidationPolicy } from './policy.ts';
import { rememberingDoor } from './remembering-door.ts';
import type { Settled } from './settled.ts';
import { TrustMemory } from './trust.ts';
import type { TrustSources } from './trust.ts';
import type { Evidence, Finding, Need, ValidationContext } from './types.ts';

/** Everything at hand for judging one file, read once. */
export interface Sources {
  readonly context: ValidationContext;
  readonly policy: ValidationPolicy;
  readonly pool: CertificatePool;
  readonly crls: Crl[];
  readonly ocsps: BasicOcspResponse[];
  readonly needs: Need[];
  readonly warnings: Finding[];
  readonly trustFor: (purpose: 'signer' | 'time-stamp') => TrustSources;
  readonly pass: OnePass;
  /** Every signature that was concluded, in order. */
  readonly settled: Settled[];
}

export function openSources(context: ValidationContext, source: ByteSource): Sources {
  const pool = new CertificatePool();
  const policy = context.policy ?? VIETNAM_POLICY;
  const crls: Crl[] = [];
  const ocsps: BasicOcspResponse[] = [];
  const needs: Need[] = [];
  // Certificates and status answers come again and again; the values in a document are its own and are always checked.
  let left = MOST_VERIFICATIONS;
  const door = rememberingDoor(context.door, () => {
    if (left-- <= 0) throw new LimitReached('verifications', MOST_VERIFICATIONS);
  });
  // All three only ever grow.
  const memory = new TrustMemory(() => `${pool.all().length} ${crls.length} ${ocsps.length}`);
  const trustFor = (purpose: 'signer' | 'time-stamp'): TrustSources => ({
    anchors: purpose === 'time-stamp' ? (context.tsaTrust ?? context.trust) : context.trust,
    pool,
    crls,
    ocsps,
    door,
    maxPaths: policy.limits.paths,
    now: context.at,
    sha1EvidenceUntil: policy.sha1OnPinnedCaEvidenceUntil,
    needs,
    memory,
  });
  const pass = new OnePass(source, context.door);
  const sources: Sources = { context, policy, pool, crls, ocsps, needs, warnings: [], trustFor, pass, settled: [] };
  for (const anchor of [...context.trust, ...(context.tsaTrust ?? [])]) pool.addParsed(anchor.certificate);
  addEvidence(sources, context.evidence, Number.POSITIVE_INFINITY);
  return sources;
}

/** Far more than the chains of one file need; as many lists, as many answers. */
const MOST_ANSWERS = 5000;
/**
 * Values of certificates, lists and answers that are verified for one file. A file can carry a thousand look-alikes of an authority
 * and a thousand lists in its name, and each pair would cost one.
 */
const MOST_VERIFICATIONS = 10_000;

/** Adds what a file or a caller brings; what cannot be read is a warning, because somebody meant it to help. @throws {LimitReached} */
export function addEvidence(
  sources: Pick<Sources, 'pool' | 'crls' | 'ocsps' | 'warnings'>,
  evidence: {
    readonly certificates: readonly Uint8Array[];
    readonly crls: readonly Uint8Array[];
    readonly ocsps: readonly Uint8Array[];
  },
  most = MOST_ANSWERS,
): void {
  for (const raw of evidence.certificates) {
    if (sources.pool.add(raw) === undefined)
      warn(sources, 'evidence.certificate-unreadable', 'a certificate at hand cannot be read');
  }
  for (const raw of evidence.crls) {
    const crl = reading(sources, raw, readCrl);
    if (crl === undefined || sources.crls.includes(crl)) continue;
    if (sources.crls.length >= most) throw new LimitReached('revocation-lists', most);
    sources.crls.push(crl);
  }
  for (const raw of evidence.ocsps) {
    const basic = reading(sources, raw, readOcsp);
    if (basic === undefined || sources.ocsps.includes(basic)) continue;
    if (sources.ocsps.length >= most) throw new LimitReached('ocsp-answers', most);
    sources.ocsps.push(basic);
  }
}

/**
 * Is this all there is, beside the anchors? Then what was found out with everything at hand holds for this alone. Where it cannot
 * be told cheaply the answer is no.
 */
export function isEverything(evidence: readonly Evidence[], anchors: readonly TrustAnchor[], sources: Sources): boolean {
  const certificates = new Set(anchors.map((one) => sources.pool.find(one.certificate.raw)));
  const crls = new Set<Crl | undefined>();
  const ocsps = new Set<BasicOcspResponse | undefined>();
  for (const one of evidence) {
    for (const raw of one.certificates) certificates.add(sources.pool.find(raw));
    for (const raw of one.crls) crls.add(crlMemory.get(raw));
    for (const raw of one.ocsps) ocsps.add(ocspMemory.get(raw));
  }
  const all = <T>(known: ReadonlySet<T | undefined>, list: readonly T[]): boolean =>
    known.size === list.length && list.every((one) => known.has(one));
  return all(certificates, sources.pool.all()) && all(crls, sources.crls) && all(ocsps, sources.ocsps);
}

const crlMemory = new WeakMap<Uint8Array, Crl>();
const ocspMemory = new WeakMap<Uint8Array, BasicOcspResponse>();

function readCrl(raw: Uint8Array): Crl {
  let crl = crlMemory.get(raw);
  if (crl === undefined) crlMemory.set(raw, (crl = raw.length > SHORT ? parseCrl(raw) : readShortCrl(raw)));
  return crl;
}

/** The lists that files carry are the same in a day's files; together no more than a few megabytes of them are kept. */
const SHORT = 32 * 1024;
const MOST_SHORT = 128;
const shortLists = new Map<number, Crl>();

function readShortCrl(raw: Uint8Array): Crl {
  // A place, never an identity: all bytes are compared.
  const place = placeOf(raw);
  const known = shortLists.get(place);
  if (known !== undefined && equalBytes(known.raw, raw)) return known;
  // A copy, because a slice would keep the whole file alive.
  const crl = parseCrl(raw.slice());
  if (shortLists.size >= MOST_SHORT) shortLists.delete(shortLists.keys().next().value as number);
  shortLists.set(place, crl);
  return crl;
}

function readOcsp(raw: Uint8Array): BasicOcspResponse | undefined {
  const known = ocspMemory.get(raw);
  if (known !== undefined) return known;
  const { basic } = parseOcspResponse(raw);
  if (basic !== undefined) ocspMemory.set(raw, basic);
  return basic;
}

function reading<T>(sources: Pick<Sources, 'warnings'>, raw: Uint8Array, read: (raw: Uint8Array) => T): T | undefined {
  try {
    return read(raw);
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof PkiFault)) throw error;
    warn(sources, 'evidence.status-unreadable', `revocation data at hand cannot be read: ${error.message}`);
    return undefined;
  }
}

function warn(sources: Pick<Sources, 'warnings'>, code: string, message: string): void {
  sources.warnings.push({ code, clause: 'EN 319 102-1 5.2.4', message });
}
