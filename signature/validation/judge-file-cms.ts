import { FormatFault } from '@antin/formats/fault';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { OID } from '@antin/pki/oids';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import { readFrame } from '../cades/frame.ts';
import { BytesNotHere, digestsInsteadOf } from '../known-by-digest.ts';
import { judgeArchiveStamps } from './archive-time-stamps.ts';
import type { SignedContent } from './cms-facts.ts';
import { evidenceIn, openCms } from './cms-container.ts';
import { evidenceCompleteInCms, tokenEvidence } from './cms-evidence.ts';
import type { Carried } from './embedded-evidence.ts';
import type { SignatureFacts } from './facts.ts';
import { readSigner } from './judge-cms.ts';
import type { SignerFacts } from './judge-cms.ts';
import { cmsLevel } from './cms-level.ts';
import { readCounterSigners } from './counter-signatures.ts';
import { LimitReached } from './limits.ts';
import { settle } from './settle.ts';
import { contentOf } from './signed-content.ts';
import { addEvidence } from './sources.ts';
import type { Sources } from './sources.ts';
import type { Covering } from './timed-trust.ts';
import type { Evidence, Finding, SignatureReport } from './types.ts';

/** Where a CMS signature file lives, if not by itself: in a container that says what it is over. */
export interface CmsPlace {
  /** Reports are `${idPrefix}${first}` and so on; default `signature-` and 1. */
  readonly idPrefix?: string;
  readonly first?: number;
  /** The data that a detached signature is over; undefined: it is not there. */
  readonly detached: ByteSource | undefined;
  /** Time-stamps over the whole file and over what it signs, newest first, already judged. */
  readonly covering?: readonly Covering[];
  /** What the tokens of `covering` carry. */
  readonly evidence?: readonly Evidence[];
  /** What the surroundings say about it, by which the facts are completed. */
  readonly more?: (facts: SignatureFacts) => SignatureFacts;
}

/**
 * Judges a CMS file (CAdES or plain), attached or detached: one result for each SignerInfo.
 *
 * @param large the encapsulated content, where it was too large to stay in `bytes`
 */
export function judgeCmsFile(
  bytes: Uint8Array,
  sources: Sources,
  large?: ByteSource,
  place: CmsPlace = { detached: sources.context.detached },
): { signatures: SignatureReport[]; warnings: Finding[] } {
  const { policy } = sources;
  const { idPrefix = 'signature-', first = 1, covering = [], more = (facts) => facts } = place;
  const opened = openCms(bytes, false);
  if (opened.data === undefined) {
    const facts = more(factsOf(`${idPrefix}${first}`, undefined, undefined, opened.faults, []));
    return { signatures: [conclude(facts, sources, () => ({ complete: false, archived: false }))], warnings: [] };
  }
  const { data } = opened;
  if (data.signerInfos.length > policy.limits.signatures) throw new LimitReached('signatures', policy.limits.signatures);
  addEvidence(sources, evidenceIn(data));
  for (const one of data.signerInfos.flatMap(tokenEvidence).slice(0, policy.limits.timeStamps)) addEvidence(sources, one);
  const { content, faults } = signedContent(large ?? (data.eContent && memorySource(data.eContent)), place.detached, sources);
  const all = [...opened.faults, ...faults];
  const frame = readFrame(memorySource(data.raw));
  const signatures = data.signerInfos.flatMap((signer, i) => {
    const own = [...all];
    let read: SignerFacts | undefined;
    let archive: ReturnType<typeof judgeArchiveStamps> = { stamps: [], warnings: [] };
    const readOver = (over: SignedContent | null): void => {
      if (over !== null) archive = judgeArchiveStamps(frame, signer, over, sources, covering);
      read = readSigner(data, signer, over, sources, [...covering, ...archive.stamps]);
    };
    try {
      try {
        readOver(content);
      } catch (error) {
        if (!(error instanceof BytesNotHere)) throw error;
        readOver(null);
      }
    } catch (error) {
      if (!(error instanceof FormatFault)) throw error;
      own.push({ code: 'cms.unreadable', clause: 'RFC 5652 5.3', message: `${error.code}: ${error.message}` });
    }
    const warnings = [...opened.warnings, ...archive.warnings];
    const facts = more(factsOf(`${idPrefix}${first + i}`, read, signer, own, warnings));
    // What is over the file is over everything in it.
    const over = covering.map((one) => ({ ...one, protects: frame }));
    const stamps = [...over, ...archive.stamps];
    const carried = { stamps, evidence: place.evidence ?? [] };
    const report = conclude(facts, sources, (time) => evidenceCompleteInCms(frame, signer, read, time, carried, sources));
    return [report, ...counterReports(data, signer, facts.id, covering, sources)];
  });
  return { signatures, warnings: [] };
}

/** Each with its own answer; a counter-signature vouches for a value, not for the document. */
function counterReports(
  data: SignedData,
  signer: SignerInfo,
  of: string,
  covering: readonly Covering[],
  sources: Sources,
): SignatureReport[] {
  return readCounterSigners(data, signer, sources, covering).map(({ info, read, faults }, i) => {
    const own = factsOf(`${of}-counter-${i + 1}`, read, info, faults, []);
    const facts: SignatureFacts = { ...own, covers: [{ kind: 'signature', name: of, intact: read?.cms.digestMatches ?? null }] };
    return conclude(facts, sources, () => ({ complete: false, archived: false }));
  });
}

function signedContent(
  own: ByteSource | undefined,
  detached: ByteSource | undefined,
  sources: Sources,
): { content: SignedContent | null; faults: Finding[] } {
  const { door } = sources.context;
  if (own !== undefined) {
    const content = contentOf(own, [[0, own.size]], door);
    if (detached === undefined) return { content, faults: [] };
    // Two candidates for "the signed data": they must be the same, or the reader looks at one and the signer signed the other.
    const other = contentOf(detached, [[0, detached.size]], door);
    const algorithm = digestsInsteadOf(detached)?.find((one) => one.base64url !== true)?.algorithm ?? 'SHA-256';
    if (equalBytes(other.digest(algorithm), content.digest(algorithm))) return { content, faults: [] };
    const message = 'the CMS carries its own content, and it is not the data that was given';
    return { content, faults: [{ code: 'cms.two-contents', clause: 'RFC 5652 5.2', message }] };
  }
  if (detached === undefined) return { content: null, faults: [] };
  return { content: contentOf(detached, [[0, detached.size]], door), faults: [] };
}

function factsOf(
  id: string,
  read: SignerFacts | undefined,
  signer: SignerInfo | undefined,
  formatFaults: readonly Finding[],
  warnings: readonly Finding[],
): SignatureFacts {
  const types = (signer?.signedAttrs?.list ?? []).map((one) => one.oid);
  const ades = types.includes(OID.idAaSigningCertificate) || types.includes(OID.idAaSigningCertificateV2);
  return {
    id,
    format: ades ? 'CAdES' : 'CMS',
    notJudged: null,
    formatFaults,
    pdf: null,
    cms: read?.cms ?? null,
    xml: null,
    jws: null,
    signer: read?.signer ?? null,
    trust: read?.trust ?? null,
    trustAtPoe: read?.trustAtPoe ?? null,
    timeStamps: read?.timeStamps ?? [],
    warnings: [...warnings, ...(read?.warnings ?? [])],
  };
}

function conclude(facts: SignatureFacts, sources: Sources, carried: (time: number) => Carried): SignatureReport {
  return settle(facts, sources, (time) => cmsLevel(facts, carried(time)));
}
