import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { JWS_BUDGET } from '../../jades/budget.ts';
import type { VerifyAnswer } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../../fault.ts';
import { fitsKey } from '../../jades/algorithms.ts';
import { claimedSigningTime } from '../../jades/baseline.ts';
import { readEtsiU } from '../../jades/etsi-u.ts';
import type { EtsiU } from '../../jades/etsi-u.ts';
import { readJwsOutline, readJwsSignature } from '../../jades/jws.ts';
import type { JwsOutline, JwsPlace, JwsSignature } from '../../jades/jws.ts';
import { evidenceOf } from '../../jades/read-signed.ts';
import { verifyRawValue } from '../../raw-value.ts';
import { carriedEvidence } from '../embedded-evidence.ts';
import type { Carried } from '../embedded-evidence.ts';
import type { JwsFacts, SignatureFacts } from '../facts.ts';
import { LimitReached } from '../limits.ts';
import { settle } from '../settle.ts';
import { addEvidence } from '../sources.ts';
import type { Sources } from '../sources.ts';
import { timedTrust } from '../timed-trust.ts';
import type { TimedTrust } from '../timed-trust.ts';
import type { Covered, Evidence, Finding, SignatureFormat, SignatureReport } from '../types.ts';
import { algorithmNamed } from './algorithm.ts';
import type { NamedAlgorithm } from './algorithm.ts';
import { judgeCounterSignatures } from './counter-signatures.ts';
import type { JudgeJws } from './counter-signatures.ts';
import { jwsBaseline, jwsLevel } from './level.ts';
import { boundCertificate } from './signing-certificate.ts';
import type { BoundCertificate } from './signing-certificate.ts';
import { jwsDataOf } from './signed-data.ts';
import type { JwsData } from './signed-data.ts';
import { judgeJwsTimeStamps } from './time-stamps.ts';
import type { JwsTimeStamps } from './time-stamps.ts';
import { unsignedMembers } from './unsigned-members.ts';

/**
 * Judges a JWS or JAdES file in any serialization (RFC 7515, TS 119 182-1): one result for each signature, whatever becomes of
 * the others. Nothing a header names is ever fetched.
 */
export function judgeJson(
  bytes: Uint8Array,
  sources: Sources,
): { signatures: SignatureReport[]; warnings: Finding[]; doubts: readonly Finding[] } {
  const { signatures, warnings } = judgeJws(bytes, (n) => `signature-${n}`, sources, 0);
  const unsigned = unsignedMembers(bytes);
  return { signatures, warnings: [...warnings, ...unsigned.warnings], doubts: unsigned.doubts };
}

/** @param depth how many signatures lie around this one: 0 for a file, more for counter-signatures */
function judgeJws(
  bytes: Uint8Array,
  idOf: (n: number) => string,
  sources: Sources,
  depth: number,
): { signatures: SignatureReport[]; warnings: Finding[] } {
  const opened = open(bytes);
  if ('fault' in opened) return { signatures: [broken(idOf(1), opened.fault, sources)], warnings: [] };
  const { outline, warnings } = opened;
  const { signatures: most } = sources.policy.limits;
  if (outline.places.length > most) throw new LimitReached('signatures', most);
  const read = outline.places.map(readPlace);
  // RFC 7797 §3: one payload cannot be both.
  const meanings = new Set(read.flatMap((one) => ('signature' in one ? [one.signature.header.encodedPayload] : [])));
  const mixed: Finding[] =
    meanings.size > 1 ? [{ code: 'jws.b64-differs', clause: 'RFC 7797 3', message: '"b64" differs between signatures' }] : [];
  const within: JudgeJws = (inner, prefix, over, deeper) => {
    const own = (n: number): string => (n === 1 ? prefix : `${prefix}.${n}`);
    return judgeJws(inner, own, over, deeper).signatures;
  };
  const signatures = read.flatMap((one, i) => {
    const id = idOf(i + 1);
    if (!('signature' in one)) return [broken(id, one.fault, sources)];
    const report = judgeOne(id, one.signature, outline, mixed, sources);
    return [report, ...judgeCounterSignatures(id, one.signature, sources, depth, within)];
  });
  return { signatures, warnings };
}

function open(bytes: Uint8Array): { readonly outline: JwsOutline; readonly warnings: Finding[] } | { readonly fault: Finding } {
  const warnings: Finding[] = [];
  let end = bytes.length;
  // A line end that an editor or a shell left behind the compact form is no part of it.
  if (bytes[0] !== 0x7b) while (end > 0 && isLineEnd(bytes[end - 1])) end--;
  if (end < bytes.length && bytes.subarray(0, end).every((byte) => byte > 0x20)) {
    warnings.push({ code: 'jws.line-end', clause: 'RFC 7515 7.1', message: 'a line end follows the compact JWS' });
  } else end = bytes.length;
  try {
    return { outline: readJwsOutline(bytes.subarray(0, end)), warnings };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function readPlace(place: JwsPlace): { readonly signature: JwsSignature } | { readonly fault: Finding } {
  try {
    return { signature: readJwsSignature(place) };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

/** @throws what is no fault of the file */
function faultOf(error: unknown): Finding {
  if (error instanceof SignatureFault) {
    return { code: error.code.replace(/^jades\./, 'jws.'), clause: 'RFC 7515 5.2', message: error.message };
  }
  if (!(error instanceof FormatFault)) throw error;
  const offset = error.offset === undefined ? {} : { offset: error.offset };
  return {
    code: error.code,
    clause: error.code.startsWith('json.') ? 'RFC 7515 4' : 'RFC 7515 2',
    message: error.message,
    ...offset,
  };
}

const LIMITS: ReadonlyMap<string, number> = new Map([
  ['json.too-large', JWS_BUDGET.bytes],
  ['json.too-deep', JWS_BUDGET.depth],
  ['json.too-many-values', JWS_BUDGET.values],
]);

function broken(id: string, fault: Finding, sources: Sources): SignatureReport {
  // A budget of ours is no fault of the file.
  const limit = LIMITS.get(fault.code);
  if (limit !== undefined) throw new LimitReached(fault.code.replace('.', '-'), limit);
  return settle(blank(id, 'JWS', [fault]), sources, () => ({ level: null, levelFailures: [] }));
}

function blank(id: string, format: SignatureFormat, formatFaults: readonly Finding[]): SignatureFacts {
  const nothing = { pdf: null, cms: null, xml: null, jws: null, signer: null, trust: null, trustAtPoe: null };
  return { id, format, notJudged: null, formatFaults, ...nothing, timeStamps: [], warnings: [] };
}

function judgeOne(
  id: string,
  signature: JwsSignature,
  { serialization, payloadText }: JwsOutline,
  given: readonly Finding[],
  sources: Sources,
): SignatureReport {
  const { door } = sources.context;
  const faults = [...given];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      faults.push(faultOf(error));
      return undefined;
    }
  };
  const named = algorithmNamed(signature.header.alg);
  if (named.status === 'no-signature') {
    const message = `"${signature.header.alg}" is no signature: whoever reads it could have made it`;
    faults.push({ code: 'jws.algorithm-is-no-signature', clause: 'RFC 7518 3.1', message });
  }
  const etsiU = attempt(() => readEtsiU(signature.unprotected));
  const carried = etsiU && attempt(() => evidenceOf(etsiU.items));
  if (carried !== undefined) addEvidence(sources, carried);
  const bound = boundCertificate(signature, sources.pool, door);
  const data = attempt(() => jwsDataOf(payloadText, signature.header, sources));
  faults.push(...(data?.faults ?? []));
  const stamps = etsiU && data && judgeJwsTimeStamps(signature, etsiU, data, sources);
  const timed = timedTrust(bound.certificate, stamps?.own ?? [], stamps?.archive ?? [], sources);
  const jws = jwsFacts(signature, serialization, { named, etsiU, bound, data, certificate: bound.certificate }, sources);
  const facts: SignatureFacts = {
    ...blank(id, formatOf(signature), faults),
    covers: jws.signatureValue === 'invalid' ? withoutValue(data) : (data?.covers ?? []),
    notJudged: data?.notJudged ?? null,
    jws,
    signer: timed.signer,
    trust: timed.trust,
    trustAtPoe: timed.trustAtPoe,
    timeStamps: timed.timeStamps,
    warnings: [...bound.warnings, ...(stamps?.warnings ?? [])],
  };
  return settle(facts, sources, (time) =>
    jwsLevel(facts, etsiU, evidenceCarried(signature, etsiU, stamps, timed, time, sources)),
  );
}

/** A payload has no digest of its own: where the value does not fit, nobody says that it is what was signed. */
function withoutValue(data: JwsData | undefined): readonly Covered[] {
  if (data === undefined || data.digests.length > 0) return data?.covers ?? [];
  return data.covers.map((one) => ({ ...one, intact: one.intact === true ? false : one.intact }));
}

/** What binds its certificate by digest, or speaks of anything of TS 119 182-1, wants to be JAdES and is held against its rules. */
function formatOf({ header, unprotected }: JwsSignature): SignatureFormat {
  const own = [...header.members.keys()].some((name) => JADES_MEMBERS.has(name));
  return own || unprotected?.members.has('etsiU') === true ? 'JAdES' : 'JWS';
}

const JADES_MEMBERS: ReadonlySet<string> = new Set([
  ...['x5t#S256', 'x5t#o', 'sigX5ts', 'sigT', 'sigD', 'srCms', 'sigPl', 'srAts', 'sigPId', 'adoTst'],
]);

interface Read {
  readonly named: NamedAlgorithm;
  readonly etsiU: EtsiU | undefined;
  readonly bound: BoundCertificate;
  readonly data: JwsData | undefined;
  readonly certificate: Certificate | undefined;
}

function jwsFacts(
  signature: JwsSignature,
  serialization: JwsOutline['serialization'],
  { named, etsiU, bound, data, certificate }: Read,
  sources: Sources,
): JwsFacts {
  const { header } = signature;
  const algorithm = named.status === 'known' ? named.named.algorithm : undefined;
  const digest = algorithm === undefined ? null : algorithm.scheme === 'ed25519' ? 'SHA-512' : algorithm.digest;
  const value = valueOf(signature, named, data, certificate, sources);
  const known = data?.payload !== undefined;
  return {
    syntax: 'jws',
    serialization,
    // A JWS has no digest of its own beside the value: what was signed is there, or it is not.
    digest: data?.digests[0] ?? digest,
    otherDigests: data?.digests.slice(1) ?? [],
    digestIdentifier: header.alg,
    digestMatches: data?.objectsMatch === false ? false : known ? (data?.objectsMatch ?? null) : null,
    signatureIdentifier: header.alg,
    scheme: algorithm?.scheme ?? null,
    signatureDigest: algorithm === undefined || algorithm.scheme === 'ed25519' ? null : algorithm.digest,
    mgfDigest: algorithm?.scheme === 'rsa-pss' ? algorithm.mgfDigest : null,
    signatureValue: value,
    binding: bound.binding,
    signerIncluded: bound.included,
    signingTimes: ['iat', 'sigT'].filter((name) => header.members.has(name)).length,
    signingTime: claimedTime(signature),
    baseline: jwsBaseline(signature, etsiU, bound),
  };
}

function claimedTime({ header }: JwsSignature): number | null {
  const time = claimedSigningTime(header);
  // Beyond what a date can hold, or no moment at all.
  return time === undefined || !(Math.abs(time) < 8.64e15) ? null : time;
}

function valueOf(
  { protectedText, value }: JwsSignature,
  named: NamedAlgorithm,
  data: JwsData | undefined,
  certificate: Certificate | undefined,
  sources: Sources,
): VerifyAnswer | 'not-checked' {
  if (named.status === 'unknown') return 'unsupported';
  if (named.status === 'no-signature') return 'invalid';
  if (certificate === undefined || data?.payload === undefined) return 'not-checked';
  const { algorithm } = named.named;
  const { spki } = certificate;
  // RFC 7518 §3.1: a name says which keys it is for; another key under it is a confusion, never a choice.
  if (!fitsKey(named.named, spki)) return 'invalid';
  const signed = concatBytes(utf8(`${protectedText}.`), data.payload);
  return verifyRawValue(sources.context.door, { spki, algorithm, data: signed, value });
}

const NOTHING: Evidence = { certificates: [], crls: [], ocsps: [] };

/** `x5c` and `etsiU`; archived is what stands before the last archive time-stamp. */
function evidenceCarried(
  { header }: JwsSignature,
  etsiU: EtsiU | undefined,
  stamps: JwsTimeStamps | undefined,
  timed: TimedTrust,
  time: number,
  sources: Sources,
): Carried {
  if (etsiU === undefined || stamps === undefined || timed.certificate === undefined) return { complete: false, archived: false };
  const archive = stamps.archive.find((one) => one.passed);
  const always = [{ ...NOTHING, certificates: header.certificates }, ...stamps.evidence];
  const inside = (items: EtsiU['items']): Evidence => {
    try {
      return evidenceOf(items);
    } catch (error) {
      if (error instanceof FormatFault) return NOTHING;
      throw error;
    }
  };
  const under = archive === undefined ? [] : [inside(etsiU.items.slice(0, archive.index))];
  const evidence = { all: [inside(etsiU.items), ...always], under: [...under, ...always] };
  return carriedEvidence(timed, time, stamps.archive, archive, evidence, sources);
}
