import { equalBytes } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { attributesOf } from '@antin/pki/cms/signed-data';
import type { SignerInfo } from '@antin/pki/cms/signed-data';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { archiveInput, hashesOfUnsigned, missingFrom, parseHashIndex } from '../cades/archive-imprint.ts';
import type { HashIndex } from '../cades/archive-imprint.ts';
import type { CmsFrame } from '../cades/frame.ts';
import type { SignedContent } from './cms-facts.ts';
import { tokensOf } from './cms-container.ts';
import { concludeTimeStamp } from './process.ts';
import type { Covering } from './timed-trust.ts';
import type { Sources } from './sources.ts';
import { readTimeStamp, withTrust } from './time-stamps.ts';
import type { ReadTimeStamp } from './time-stamps.ts';
import type { Finding } from './types.ts';

const CLAUSE = 'EN 319 122-1 5.5.3';

/** An archive-time-stamp-v3 with what its index protects. */
export interface JudgedArchiveStamp extends Covering {
  /** Certificates and revocation data of the root SignedData that are under it. */
  readonly protects: { readonly certificates: readonly Uint8Array[]; readonly crls: readonly Uint8Array[] };
}

/**
 * The archive time-stamps of one signer, newest first: what a later one proves about time is the moment for which an older one
 * must stand. One that leaves a signature time-stamp out of its index is reported, and is no proof for this signature.
 *
 * @param covering later time-stamps over the whole file, already judged
 * @see ETSI EN 319 122-1 clauses 5.5.2 and 5.5.3
 */
export function judgeArchiveStamps(
  frame: CmsFrame,
  signer: SignerInfo,
  content: SignedContent | null,
  sources: Sources,
  covering: readonly Covering[] = [],
): { stamps: JudgedArchiveStamp[]; warnings: Finding[] } {
  const { door, at } = sources.context;
  const warnings: Finding[] = [];
  const tokens = tokensOf(signer, OID.idAaEtsArchiveTimestampV3).slice(0, sources.policy.limits.timeStamps);
  const read = tokens.map((token) => readArchiveStamp(token, frame, signer, content, sources));
  read.sort((a, b) => (b.read.info?.genTime ?? 0) - (a.read.info?.genTime ?? 0));
  let control = Math.min(at, ...covering.flatMap((one) => (one.passed ? [one.facts.genTime as number] : [])));
  const stamps: JudgedArchiveStamp[] = [];
  for (const one of read) {
    const facts = withTrust(one.read, control, sources.trustFor('time-stamp'));
    const judged = concludeTimeStamp(facts, sources.policy, at);
    const whole = one.index !== undefined && coversStamps(one.index, signer, door);
    if (judged.indication === 'PASSED' && !whole) {
      const message = 'an archive time-stamp leaves a time-stamp of the signature out';
      warnings.push({ code: 'time-stamp.archive-partial', clause: CLAUSE, message });
    }
    const passed = judged.indication === 'PASSED' && whole;
    if (passed) control = Math.min(control, facts.genTime as number);
    stamps.push({ facts, passed, protects: protectedBy(one.index, frame, door) });
  }
  return { stamps, warnings };
}

function readArchiveStamp(
  token: Uint8Array,
  frame: CmsFrame,
  signer: SignerInfo,
  content: SignedContent | null,
  sources: Sources,
): { read: ReadTimeStamp; index: HashIndex | undefined } {
  const { door } = sources.context;
  const faults: Finding[] = [];
  const fault = (code: string, message: string): void => void faults.push({ code, clause: CLAUSE, message });
  let index: HashIndex | undefined;
  let raw: Uint8Array | undefined;
  try {
    const holder = parseTimeStampToken(token).signedData.signerInfos[0];
    const values = attributesOf(holder?.unsignedAttrs ?? [], OID.idAaAtsHashIndexV3).flatMap((one) => one.values);
    raw = values[0];
    if (raw === undefined || values.length !== 1) {
      fault('time-stamp.hash-index', `an archive time-stamp carries one ats-hash-index-v3, this carries ${values.length}`);
    } else index = parseHashIndex(raw);
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    fault('time-stamp.hash-index', `${error.code}: ${error.message}`);
  }
  const { certificates, crls, eContentType } = frame;
  if (index !== undefined) {
    const missing = missingFrom(index, { certificates, crls, signerInfo: signer.raw }, door);
    if (missing.length > 0) fault('time-stamp.hash-index', `of what was time-stamped is no longer there: ${missing.join(', ')}`);
  }
  if (content === null) fault('time-stamp.data-missing', 'the data of the detached signature is needed');
  const read = readTimeStamp(
    'archive-time-stamp',
    token,
    (digest) => {
      // Two digests would let an index of a weak one stand under an imprint of a strong one.
      if (index?.digest !== digest || raw === undefined || content === null) return new Uint8Array(0);
      return digestOf(door, digest, ...archiveInput(eContentType, content.digest(digest), signer.raw, raw));
    },
    sources.pool,
    door,
  );
  return { read: { ...read, faults: [...read.faults, ...faults] }, index };
}

/** Every signature-time-stamp of the signer must be under the archive time-stamp that is to vouch for it. */
function coversStamps(index: HashIndex, signer: SignerInfo, door: CryptoDoor): boolean {
  const { digest } = index;
  if (digest === undefined) return false;
  const wanted = hashesOfUnsigned(signer.raw, OID.idAaSignatureTimeStampToken, digest, door);
  return wanted.every((hash) => index.unsignedValues.some((one) => equalBytes(one, hash)));
}

function protectedBy(index: HashIndex | undefined, frame: CmsFrame, door: CryptoDoor): JudgedArchiveStamp['protects'] {
  const digest = index?.digest;
  if (index === undefined || digest === undefined) return { certificates: [], crls: [] };
  const under = (list: readonly Uint8Array[], hashes: readonly Uint8Array[]): Uint8Array[] =>
    list.filter((raw) => {
      const hash = digestOf(door, digest, raw);
      return hashes.some((one) => equalBytes(one, hash));
    });
  return { certificates: under(frame.certificates, index.certificates), crls: under(frame.crls, index.crls) };
}
