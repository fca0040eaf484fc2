import { utf8 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { digestOf } from '@antin/pki/crypto';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { textOf } from '@antin/formats/json/value';
import type { JsonValue } from '@antin/formats/json/value';
import type { EtsiU, EtsiUItem } from '../../jades/etsi-u.ts';
import type { JwsSignature } from '../../jades/jws.ts';
import { tokensOf } from '../../jades/read-signed.ts';
import { evidenceIn } from '../cms-container.ts';
import type { TimeStampFacts } from '../facts.ts';
import { concludeTimeStamp } from '../process.ts';
import { addEvidence } from '../sources.ts';
import type { Sources } from '../sources.ts';
import type { Covering } from '../timed-trust.ts';
import { readTimeStamp, withTrust } from '../time-stamps.ts';
import type { ReadTimeStamp } from '../time-stamps.ts';
import type { Evidence, Finding } from '../types.ts';
import type { JwsData } from './signed-data.ts';

/** An `arcTst` with its place: what stands in front of it is under it. */
export interface JwsArchiveStamp extends Covering {
  readonly index: number;
}

export interface JwsTimeStamps {
  /** `sigTst` and `adoTst`, as read. */
  readonly own: readonly ReadTimeStamp[];
  /** `arcTst`, newest first. */
  readonly archive: readonly JwsArchiveStamp[];
  /** What the tokens themselves carry. */
  readonly evidence: readonly Evidence[];
  readonly warnings: readonly Finding[];
}

const CLAUSE = 'TS 119 182-1 5.3';
const NOT_JUDGED: ReadonlySet<string> = new Set(['sigRTst', 'rfsTst']);

/**
 * All time-stamps of one signature, over the bytes as they were received.
 *
 * @see ETSI TS 119 182-1 clauses 5.2.6, 5.3.4, 5.3.6
 */
export function judgeJwsTimeStamps(signature: JwsSignature, { items }: EtsiU, data: JwsData, sources: Sources): JwsTimeStamps {
  const { pool, policy } = sources;
  const { door } = sources.context;
  const warnings: Finding[] = [];
  const evidence: Evidence[] = [];
  const seen = new Set<string>();
  let looked = 0;
  // Repeated ones count too: each costs a verification.
  const full = (): boolean => looked >= policy.limits.timeStamps;
  const read = (
    kind: TimeStampFacts['kind'],
    container: JsonValue | undefined,
    imprint: (digest: DigestAlgorithm) => Uint8Array,
    faults: readonly Finding[] = [],
  ): ReadTimeStamp[] =>
    tokensIn(container, warnings).flatMap((token) => {
      if (full()) {
        const message = `only ${policy.limits.timeStamps} time-stamps were read`;
        if (!warnings.some((one) => one.code === 'limit.time-stamps')) {
          warnings.push({ code: 'limit.time-stamps', clause: 'policy', message });
        }
        return [];
      }
      looked++;
      const one = readTimeStamp(kind, token, imprint, pool, door);
      // The same token twice proves nothing twice.
      if (seen.has(one.sha256)) return [];
      seen.add(one.sha256);
      evidence.push(evidenceInToken(token));
      return [{ ...one, faults: [...one.faults, ...faults] }];
    });

  const own: ReadTimeStamp[] = [];
  const archive: { readonly read: ReadTimeStamp; readonly index: number }[] = [];
  // All elements have one form; the first tells.
  const inClear = items[0] !== undefined && items[0].octets === undefined;
  items.forEach(({ name, value }, index) => {
    if (name === 'sigTst') {
      own.push(...read('signature-time-stamp', value, (digest) => digestOf(door, digest, utf8(signature.signatureText))));
    } else if (name === 'arcTst' && !full()) {
      const why = whyNotJudged(value, inClear);
      if (why !== undefined) {
        if (!warnings.some((one) => one.message === why)) {
          warnings.push({ code: 'time-stamp.archive-not-judged', clause: `${CLAUSE}.6.3`, message: why });
        }
        return;
      }
      // Asked when there is a token to hold against it: thousands of empty ones cost nothing.
      const hash = archiveImprint(signature, () => items.slice(0, index), data, sources);
      const message = 'the signed data is needed for an archive time-stamp';
      const faults = data.payload === undefined ? [{ code: 'time-stamp.data-missing', clause: CLAUSE, message }] : [];
      const found = read('archive-time-stamp', value, (digest) => hash(digest) ?? new Uint8Array(0), faults);
      archive.push(...found.map((one) => ({ read: one, index })));
    } else if (NOT_JUDGED.has(name)) {
      warnings.push({ code: 'time-stamp.not-judged', clause: CLAUSE, message: `"${name}" is there and not judged` });
    }
  });
  own.push(
    ...read('content-time-stamp', signature.header.members.get('adoTst'), (digest) => contentImprint(data, digest, sources)),
  );
  for (const carried of evidence) addEvidence(sources, carried);
  return { own, archive: judgeArchive(archive, items, sources, warnings), evidence, warnings };
}

function evidenceInToken(token: Uint8Array): Evidence {
  try {
    return evidenceIn(parseTimeStampToken(token).signedData);
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return { certificates: [], crls: [], ocsps: [] };
    throw error;
  }
}

function tokensIn(container: JsonValue | undefined, warnings: Finding[]): Uint8Array[] {
  try {
    return tokensOf(container);
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    warnings.push({ code: 'time-stamp.unreadable', clause: CLAUSE, message: 'a time-stamp token is not base64' });
    return [];
  }
}

/** Of elements in the clear nobody knows the canonical bytes; and what only covers an earlier time-stamp does not cover the rest. */
function whyNotJudged(value: JsonValue, inClear: boolean): string | undefined {
  if (inClear) return 'an archive time-stamp over "etsiU" in the clear is not judged here';
  const scope = value.kind === 'object' ? textOf(value.members.get('timeStamped')) : undefined;
  return scope === undefined || scope === 'all' ? undefined : `an archive time-stamp of the kind "${scope}" is not judged here`;
}

/** Clause 5.3.6.3.1: signed data, protected header, value, and the elements before it, each as it was received. */
function archiveImprint(
  { protectedText, signatureText }: JwsSignature,
  before: () => readonly EtsiUItem[],
  data: JwsData,
  { context: { door } }: Sources,
): (digest: DigestAlgorithm) => Uint8Array | undefined {
  const known = new Map<DigestAlgorithm, Uint8Array | undefined>();
  return (digest) => {
    if (known.has(digest)) return known.get(digest);
    const running = door.digest(digest);
    const whole = data.write((piece) => running.update(piece));
    running.update(utf8(`.${protectedText}.${signatureText}.`));
    for (const { octets } of before()) running.update(octets as Uint8Array);
    const hash = running.finish();
    known.set(digest, whole ? hash : undefined);
    return whole ? hash : undefined;
  };
}

function contentImprint(data: JwsData, digest: DigestAlgorithm, { context: { door } }: Sources): Uint8Array {
  const running = door.digest(digest);
  return data.write((piece) => running.update(piece)) ? running.finish() : new Uint8Array(0);
}

/**
 * From the last one back: what a later one proves about time is the moment for which an earlier one must stand. One that leaves
 * a time-stamp of the signature out is reported, and is no proof for this signature.
 */
function judgeArchive(
  list: readonly { readonly read: ReadTimeStamp; readonly index: number }[],
  items: readonly EtsiUItem[],
  sources: Sources,
  warnings: Finding[],
): JwsArchiveStamp[] {
  const { at } = sources.context;
  const lastStamp = items.findLastIndex((one) => one.name === 'sigTst');
  const stamps: JwsArchiveStamp[] = [];
  for (const { read, index } of [...list].sort((a, b) => b.index - a.index)) {
    let control = at;
    for (const one of stamps) if (one.passed && one.index > index) control = Math.min(control, one.facts.genTime as number);
    const facts = withTrust(read, control, sources.trustFor('time-stamp'));
    const passed = concludeTimeStamp(facts, sources.policy, at).indication === 'PASSED';
    // A token added behind it could be as old as it likes.
    const whole = index > lastStamp;
    if (passed && !whole) {
      const message = 'an archive time-stamp leaves a time-stamp of the signature out';
      warnings.push({ code: 'time-stamp.archive-partial', clause: `${CLAUSE}.6.3`, message });
    }
    stamps.push({ facts, passed: passed && whole, index });
  }
  return stamps;
}
